import Transport

/// What the simulator left on a server, told by the mark in its external ids.
extension OktaSimulator {
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
      let total = try await calls.probe()
      if total == 0 { return .empty }
      let pages = (total + 99) / 100
      let step = max(1, pages / Self.pagesInspected)
      for page in stride(from: 0, to: pages, by: step) {
        let users = try await calls.list(from: page * 100 + 1)
        if users.contains(where: { !Self.isOurs($0) }) { return .live(total) }
      }
      return .ours(total)
    } catch {
      return .unknown(error.status.map { "\($0) \(error.reason)" } ?? error.reason)
    }
  }

  /// Deletes every user with the mark. Returns how many were removed.
  package func clean() async -> Int {
    var ids: [String] = []
    var start = 1
    while let users = try? await calls.list(from: start), !users.isEmpty {
      ids += users.filter(Self.isOurs).compactMap { $0["id"]?.string }
      start += users.count
    }
    let found = ids
    tally.plan(tally.snapshot.done + found.count)
    await spread(Array(found.indices)) { index in _ = try? await self.calls.delete(found[index]) }
    let row = tally.snapshot.rows[.delete] ?? CallTally.Row()
    return row.count - row.failed
  }

  private static func isOurs(_ user: JSONValue) -> Bool {
    user["externalId"]?.string?.hasPrefix(SimulatedCompany.mark) == true
  }
}
