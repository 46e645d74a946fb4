import Actors
import Transport

/// Every inbound call that is still kept, the newest first: writes from `1-accepted`, all others
/// from `requests/`, read side by side.
struct RequestRecords: Sendable {
  let accepted: SpoolHop
  let committed: SpoolHop
  let log: RequestLog
  let disk: BlockingThread
  /// One search at a time, as each may look through much.
  let gate: ScanGate

  /// - Returns: nil when too many searches wait already.
  func page(_ query: RequestQuery) async throws -> RequestPage? {
    let result: Result<RequestPage, any Error>? = await gate.run {
      do { return .success(try await merged(query)) } catch { return .failure(error) }
    }
    return try result?.get()
  }

  private func merged(_ query: RequestQuery) async throws -> RequestPage {
    var writes = AcceptedRequests(query, accepted: accepted, committed: committed, disk: disk)
    var others = LoggedRequests(query, log: log, disk: disk)
    var page = RequestPage()
    while true {
      let (write, other) = (try await writes.peek(), try await others.peek())
      page.next = RequestPlace(accepted: writes.place, logged: others.place)
      switch (write, other) {
      case (.spent, _), (_, .spent): return page
      case (.end, .end):
        page.next = nil
        return page
      case (.found, _) where page.requests.count == query.limit: return page
      case (_, .found) where page.requests.count == query.limit: return page
      case (.found(let write), .found(let other)) where write.time < other.time:
        page.requests.append(other)
        others.take()
      case (.found(let write), _):
        page.requests.append(write)
        writes.take()
      case (.end, .found(let other)):
        page.requests.append(other)
        others.take()
      }
    }
  }
}
