import Actors
import Transport

/// Reading employees, groups and the tree they form.
extension ServerBackend {
  private var scimBase: String { publicURL + "/scim/v2/" }
  private var groups: GroupSearch {
    GroupSearch(store: topology.store, scans: topology.search.scans)
  }

  func employee(
    id: String, consumerId: String, including: Set<EmployeeInclusion>
  ) async -> [UInt8]? {
    await topology.search.employee(id, of: consumerId, including: including, base: scimBase)?.bytes
  }

  func employees(_ query: EmployeeQuery) async throws(APIError) -> EmployeePage {
    try check(query.after, of: query.consumerId, [.employee])
    return try Self.admitted(await topology.search.page(query, base: scimBase))
  }

  func groups(_ query: GroupQuery) async throws(APIError) -> RecordPage {
    try check(query.after, of: query.consumerId, [.group])
    return try Self.admitted(await groups.page(query))
  }

  func group(id: String, consumerId: String) async -> [UInt8]? {
    await groups.group(id, of: consumerId)
  }

  func members(of group: String, _ query: GroupQuery) async throws(APIError) -> RecordPage? {
    try check(query.after, of: query.consumerId, [.employee, .group])
    switch await groups.members(of: group, query) {
    case .page(let page): return page
    case .noGroup: return nil
    case .busy: throw .tooManySearches
    }
  }

  func orgChart(_ query: OrgChartQuery) async throws(APIError) -> [UInt8]? {
    try Self.admitted(await OrgChart.read(query, topology.search))
  }

  /// A cursor of another list or another consumer must not read as the begin of this one.
  private func check(
    _ after: String?, of consumer: String, _ kinds: Set<RecordKind>
  ) throws(APIError) {
    guard let after else { return }
    let isKnown = topology.store.read {
      $0.isPlace(of: after, in: consumer, allowing: kinds)
    }
    if !isKnown { throw .unknownCursor }
  }

  private static func admitted<Result>(_ result: Result?) throws(APIError) -> Result {
    guard let result else { throw .tooManySearches }
    return result
  }
}
