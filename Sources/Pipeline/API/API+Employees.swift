import Actors
import Transport

/// Reading employees; only ever those of one consumer.
extension API {
  func listEmployees(of consumer: Consumer, _ call: APICall) async throws(APIError) -> APIAnswer {
    var query = EmployeeQuery(consumerId: consumer.id, limit: call.limit)
    query.connectionId = try chosenConnection(of: consumer, call)?.id
    query.after = try APICursor(of: call)?.after
    query.status = call.queryText("status")
    query.department = call.queryText("department")
    query.managerId = call.queryText("managerId")
    query.group = call.queryText("group")
    query.email = call.queryText("email")
    query.employeeNumber = call.queryText("employeeNumber")
    query.updatedAfter = call.queryText("updatedAfter").flatMap { Timestamp(parsing: $0) }
    query.includeDeleted = call.query["includeDeleted"]?.bool
    query.including = Self.inclusions(call)
    let page = try await backend.employees(query)
    return .page(
      page.employees, current: call.queryText("cursor"),
      next: page.next.map { APICursor(after: $0).text })
  }

  func getEmployee(of consumer: Consumer, _ call: APICall) async throws(APIError) -> APIAnswer {
    let id = call.path("id")
    let found = await backend.employee(
      id: id, consumerId: consumer.id, including: Self.inclusions(call))
    guard let employee = found else {
      if backend.wasErased(employee: id, consumerId: consumer.id) { throw .erased(id) }
      throw .notFound("employee", id)
    }
    let tag = EntityTag(of: employee)
    if let known = call.ifNoneMatch, tag.isMatched(by: known) { return .unchanged(tag) }
    return .tagged(employee, tag)
  }

  private static func inclusions(_ call: APICall) -> Set<EmployeeInclusion> {
    let words = call.query["include"]?.array ?? []
    return Set(words.compactMap { $0.string.flatMap(EmployeeInclusion.init(rawValue:)) })
  }

  /// Header `x-uapi-service-id` picks among several connections; with one it may be left out, and
  /// then employees kept from a removed connection are listed too.
  func chosenConnection(
    of consumer: Consumer, _ call: APICall
  ) throws(APIError) -> Connection? {
    let connections = backend.configuration.connections(of: consumer.id)
    let choices = connections.map(\.serviceId).joined(separator: ", ")
    guard let serviceId = call.serviceId else {
      if connections.count <= 1 { return nil }
      throw .invalid(
        .header, "x-uapi-service-id", "is needed, there are several connections: \(choices)")
    }
    if let chosen = connections.first(where: { $0.serviceId == serviceId }) { return chosen }
    throw .invalid(
      .header, "x-uapi-service-id",
      connections.isEmpty
        ? "names a connection, but the consumer has none"
        : "names no connection of this consumer; it has \(choices)")
  }
}
