import Transport

extension Store {
  /// The whole source resource of an employee as its identity provider reads it; nil once deleted.
  ///
  /// - Parameter base: what stands in front of a connection's last part in its Base URL.
  package nonisolated func source(of employee: ListedEmployee, below base: String) async -> [UInt8]?
  {
    let found = read { state in
      let connection = state.set(at: employee.place).connection
      return (
        resource: state.resourceBytes(at: employee.place),
        related: state.related(at: employee.place), type: state.type(at: employee.place),
        id: state.id(at: employee.place),
        slug: state.configuration.connections[connection]?.slug ?? connection
      )
    }
    guard let resource = found.resource, let type = found.type else { return nil }
    let view = SCIMView(projection: nil, type: type, baseURL: base + found.slug)
    return view.body(
      of: await bytes(resource), id: found.id, computed: found.related?.computed)
  }
}
