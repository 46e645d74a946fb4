import Actors
import Transport

/// Reading groups, who belongs to them, and the tree of employees; only ever of one consumer.
extension API {
  func listGroups(of consumer: Consumer, _ call: APICall) async throws(APIError) -> APIAnswer {
    var query = try Self.groupQuery(consumer, call)
    query.connectionId = try chosenConnection(of: consumer, call)?.id
    return Self.page(try await backend.groups(query), call)
  }

  func getGroup(of consumer: Consumer, _ call: APICall) async throws(APIError) -> APIAnswer {
    let id = call.path("id")
    guard let group = await backend.group(id: id, consumerId: consumer.id) else {
      throw .notFound("group", id)
    }
    return .data(group)
  }

  func listGroupMembers(of consumer: Consumer, _ call: APICall) async throws(APIError) -> APIAnswer
  {
    let id = call.path("id")
    let query = try Self.groupQuery(consumer, call)
    guard let page = try await backend.members(of: id, query) else { throw .notFound("group", id) }
    return Self.page(page, call)
  }

  func getOrgChart(of consumer: Consumer, _ call: APICall) async throws(APIError) -> APIAnswer {
    var query = OrgChartQuery(
      consumerId: consumer.id, root: call.queryText("root"),
      depth: call.query["depth"]?.int ?? OrgChartQuery.deepest)
    if query.root == nil { query.connectionId = try chosenConnection(of: consumer, call)?.id }
    guard let chart = try await backend.orgChart(query) else {
      throw .notFound("employee", query.root ?? "")
    }
    return .data(chart)
  }

  private static func groupQuery(
    _ consumer: Consumer, _ call: APICall
  ) throws(APIError) -> GroupQuery {
    GroupQuery(
      consumerId: consumer.id, after: try APICursor(of: call)?.after, limit: call.limit)
  }

  private static func page(_ page: RecordPage, _ call: APICall) -> APIAnswer {
    .page(
      page.records, current: call.queryText("cursor"),
      next: page.next.map { APICursor(after: $0).text })
  }
}
