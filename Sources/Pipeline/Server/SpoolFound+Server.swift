import Actors
import Transport

extension SpoolFound {
  /// What a start found in the spool of a server that now runs.
  init(_ server: Server, employees: Int) {
    let configuration = server.topology.view.current
    let stop: LastStop =
      switch server.recovery.lastStop {
      case .none: .crash(nil)
      case .clean(let time): .clean(time)
      case .crash(let time): .crash(time)
      }
    self.init(lastStop: stop)
    self.employees = employees
    consumers = configuration.consumers.count
    webhooks = configuration.webhooks.count
    deadLetters = server.deadLetters.count
    tornLines = server.recovery.tornLines
    writesRunAgain = server.writesRunAgain
    format = server.spool.format
    let base = server.settings.baseURL(bound: server.bound)
    connections = configuration.connections.values.sorted { $0.id < $1.id }.map { connection in
      let activity = server.topology.activity[connection.id]
      return Connection(
        serviceId: connection.serviceId, baseURL: "\(base)/scim/v2/\(connection.slug)",
        tokenPrefix: connection.tokens.last?.prefix ?? "-",
        lastUsed: activity.tokens.values.max())
    }
  }
}
