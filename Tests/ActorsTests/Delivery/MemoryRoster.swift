import Synchronization
import Transport

@testable import Actors

/// Employees as the store would know them: an order that only grows, and what each is now.
final class MemoryRoster: Sendable {
  private struct State {
    var order: [String: [String]] = [:]
    var revisions: [String: (consumer: String, revision: Int)] = [:]
  }

  private let state = Mutex(State())

  func add(_ id: String, to consumer: String) {
    state.withLock { state in
      state.order[consumer, default: []].append(id)
      state.revisions[id] = (consumer, 1)
    }
  }

  func revise(_ id: String) { state.withLock { $0.revisions[id]?.revision += 1 } }

  func ids(of consumer: String, after id: String?, count: Int) -> [String] {
    state.withLock { state in
      let order = state.order[consumer] ?? []
      let start = id.flatMap { order.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
      return Array(order[start...].prefix(count))
    }
  }

  func record(of id: String) -> [UInt8]? {
    state.withLock { $0.revisions[id] }.map { consumer, revision in
      let json: JSONValue = [
        "id": JSONValue(id), "revision": JSONValue(revision),
        "connection": [
          "consumerId": JSONValue(consumer), "serviceId": "okta-scim", "connectionId": "cnx_1",
        ],
      ]
      return json.bytes
    }
  }
}
