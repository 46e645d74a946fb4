import Transport

/// What the simulator left on a server, told by its marks.
extension ProviderSimulator {
  /// Pages looked at to judge whether a connection is in use by real people.
  private static let pagesInspected = 50

  package enum Occupancy: Sendable, Equatable {
    case empty
    case ours(Int)
    /// Somebody this simulator did not make is there.
    case live(Int)
    case unknown(String)
  }

  /// Looks at up to 5,000 users, spread over all of them.
  package func occupancy() async -> Occupancy {
    do throws(CallFailed) {
      let (total, first) = try await calls.list(.list, "/Users", from: 1)
      if total == 0 { return .empty }
      if first.contains(where: { !Self.isOurs($0) }) { return .live(total) }
      let pages = (total + 99) / 100
      let step = max(1, pages / Self.pagesInspected)
      for page in stride(from: step, to: pages, by: step) {
        let users = try await calls.list(.list, "/Users", from: page * 100 + 1).resources
        if users.contains(where: { !Self.isOurs($0) }) { return .live(total) }
      }
      return .ours(total)
    } catch {
      return .unknown(error.status.map { "\($0) \(error.reason)" } ?? error.reason)
    }
  }

  /// Deletes every group and every user with a mark.
  /// - Returns: how many of each were removed.
  package func clean() async -> (groups: Int, users: Int) {
    if dialect.groups != nil {
      await remove(from: "/Groups", .listGroups, .deleteGroup) {
        $0["displayName"]?.string?.contains(SimulatedGroup.mark) == true
      }
    }
    await remove(from: "/Users", .list, .delete, where: Self.isOurs)
    return (removed(.deleteGroup), removed(.delete))
  }

  private func remove(
    from path: String, _ listing: CallTally.Call, _ deleting: CallTally.Call,
    where isOurs: (JSONValue) -> Bool
  ) async {
    var targets: [String] = []
    var start = 1
    while let page = try? await calls.list(listing, path, from: start).resources, !page.isEmpty {
      targets += page.filter(isOurs).compactMap { $0["id"]?.string }.map { "\(path)/\($0)" }
      start += page.count
    }
    let found = targets
    tally.plan(tally.snapshot.done + found.count - tally.snapshot.planned)
    await spread(Array(found.indices)) { index in
      _ = try? await self.calls.delete(deleting, found[index])
    }
  }

  private func removed(_ call: CallTally.Call) -> Int {
    let row = tally.snapshot.rows[call] ?? CallTally.Row()
    return row.count - row.failed
  }

  /// By the external id, or for those a provider has wiped by a name in a domain kept for examples.
  private static func isOurs(_ user: JSONValue) -> Bool {
    if let externalId = user["externalId"]?.string {
      return externalId.hasPrefix(SimulatedCompany.mark)
    }
    let domain = user["userName"]?.string?.split(separator: "@").last ?? ""
    return domain == "example.com" || domain.hasPrefix("seed") && domain.hasSuffix(".example.com")
  }
}
