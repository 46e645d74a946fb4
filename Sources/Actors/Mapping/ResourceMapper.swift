import Transport

/// What a write means: the resource after it, the employee it becomes, the events it raises.
///
/// Everything here is decided against one version of the resource; whether that version still
/// holds is the store's to say.
package struct ResourceMapper: Sendable {
  /// Bytes of a resource, whatever no schema knows included: many small changes must not make
  /// what one large one could not.
  package static let sizeLimit = 64 * 1024

  private let catalog: SCIMCatalog
  private let mapping: EmployeeMapping

  package init(catalog: SCIMCatalog, mapping: EmployeeMapping) {
    self.catalog = catalog
    self.mapping = mapping
  }

  func map(_ write: AcceptedWrite, store: Store) -> MappedChange {
    do throws(SCIMError) {
      guard let type = catalog.resourceType(named: write.resourceType) else { throw .unknownRoute }
      let query = HTTPQuery(write.query[...])
      let view = try SCIMView(query: query, type: type, baseURL: write.baseURL)
      switch write.verb {
      case .create: return try create(write, view, store)
      case .replace, .patch: return try update(write, view, store)
      case .delete: return try delete(write, store)
      }
    } catch {
      return refusal(of: write, error)
    }
  }

  func refusal(of write: AcceptedWrite, _ error: SCIMError) -> MappedChange {
    MappedChange(
      write: write, target: write.key, decision: .refuse(error), answer: SCIMAnswer(error))
  }
}

extension ResourceMapper {
  private func create(
    _ write: AcceptedWrite, _ view: SCIMView, _ store: Store
  ) throws(SCIMError) -> MappedChange {
    let resource = try view.type.create(from: write.body)
    let keys = ResourceKeys(resource.attributes)
    let former = store.read { $0.formerEmployee(keys, in: write.connection.id) }
    return try change(write, view, from: former, to: resource, keys, status: 201, store)
  }

  private func update(
    _ write: AcceptedWrite, _ view: SCIMView, _ store: Store
  ) throws(SCIMError) -> MappedChange {
    guard let row = store.read({ $0.row(write.key) }), let stored = row.stored else {
      throw .notFound(view.type.name, id: write.resourceId)
    }
    let resource =
      write.verb == .patch
      ? try view.type.patch(stored, id: write.resourceId, with: write.body)
      : try view.type.replace(stored, id: write.resourceId, with: write.body)
    guard resource == stored else {
      let keys = ResourceKeys(resource.attributes)
      return try change(write, view, from: row, to: resource, keys, status: 200, store)
    }
    let body = view.body(of: row.resource ?? [], id: row.key.id)
    return MappedChange(
      write: write, target: row.key, decision: .unchanged(version: row.version),
      answer: SCIMAnswer(status: 200, body: body))
  }

  private func delete(
    _ write: AcceptedWrite, _ store: Store
  ) throws(SCIMError) -> MappedChange {
    guard let row = store.read({ $0.row(write.key) }), !row.isDeleted else {
      throw .notFound(write.resourceType, id: write.resourceId)
    }
    return MappedChange(
      write: write, target: row.key, decision: .apply(ResourceState(deleting: row, at: .now)),
      answer: SCIMAnswer(status: 204))
  }
}

extension ResourceMapper {
  /// Projects, compares and renders once; nothing after this parses or renders again.
  private func change(
    _ write: AcceptedWrite, _ view: SCIMView, from row: ResourceRow?, to resource: SCIMResource,
    _ keys: ResourceKeys, status: Int, _ store: Store
  ) throws(SCIMError) -> MappedChange {
    let now = Timestamp.now
    let target = row?.key ?? write.key
    let meta = SCIMMeta(
      id: target.id, created: row?.created ?? now, lastModified: now,
      version: (row?.version ?? 0) + 1)
    let old = row.map { Employee(bytes: $0.employee) }
    let employee = employee(of: resource, target, write.connection, row, old, now, store)
    let stored = SCIMRendering.storedBytes(resource, type: view.type, meta: meta)
    let unknown = resource.unknown.isEmpty ? nil : resource.unknown.bytes
    guard stored.count + (unknown?.count ?? 0) <= Self.sizeLimit else {
      throw .resourceTooLarge(limit: Self.sizeLimit)
    }
    let next = ResourceState(
      base: meta.version - 1, created: meta.created, lastModified: now, resource: stored,
      unknown: unknown,
      keys: keys, employeeId: employee.id,
      employeeBytes: employee.bytes,
      events: EmployeeEvents.decide(
        old: old, new: employee, kind: row == nil ? .created : .changed))
    let answer = SCIMAnswer(
      status: status, body: view.body(of: stored, id: target.id),
      location: status == 201 ? view.location(of: target.id) : nil)
    return MappedChange(
      write: write, target: target, decision: .apply(next), answer: answer)
  }

  private func employee(
    of resource: SCIMResource, _ key: ResourceKey, _ connection: Connection, _ row: ResourceRow?,
    _ old: Employee?, _ now: Timestamp, _ store: Store
  ) -> Employee {
    let subject = EmployeeMapping.Subject(
      employeeId: row?.employeeId ?? ULID.make(prefix: "emp_"), remoteId: key.id)
    let previous = old.map {
      EmployeeMapping.Previous(
        employee: $0, resource: row?.stored ?? SCIMResource(attributes: JSONObject()))
    }
    var employee = mapping.project(
      resource, subject: subject, connection: connection, previous: previous, now: now)
    resolveManager(of: &employee, in: resource, connection, old, now, store)
    return employee
  }

  /// A reference that is understood stays so until its text changes; one that is not is tried anew.
  private func resolveManager(
    of employee: inout Employee, in resource: SCIMResource, _ connection: Connection,
    _ old: Employee?, _ now: Timestamp, _ store: Store
  ) {
    guard employee[.manager]["resolved"] == false,
      let reference = EmployeeMapping.managerReference(of: resource),
      let row = store.read({ $0.manager(reference.text, in: connection.id) })
    else { return }
    employee.resolveManager(as: Employee(bytes: row.employee))
    if employee.revision == old?.revision { employee.revise(at: now) }
  }
}
