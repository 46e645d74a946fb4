import Synchronization
import Testing
import Transport

/// Pushes the same people again and again, several at once, as Okta does: look up, then GET and
/// PUT, else POST. Remembers what it was answered, which is what the server has promised.
final class OktaPool: Sendable {
  private struct State {
    var next = 0
    var answered: [String: String] = [:]
    /// The round of the last answered write, and of the last one sent.
    var promised: [String: Int] = [:]
    var sent: [String: Int] = [:]
    var surprises: [String] = []
    var isOver = false
  }

  private let users: Int
  private let writers: Int
  private let padding: String
  private let state = Mutex(State())

  /// - Parameter padding: bytes by which each user is made larger.
  init(users: Int, writers: Int, padding: Int = 0) {
    self.users = users
    self.writers = writers
    self.padding = String(repeating: "p", count: padding)
  }

  /// Ids by userName of everybody whose creation was answered.
  var answered: [String: String] { state.withLock { $0.answered } }
  /// What should never happen: an answer nobody expects, a user with a second id.
  var surprises: [String] { state.withLock { $0.surprises } }
  func name(_ number: Int) -> String { "user\(number)@example.com" }

  /// The rounds a user's title may now show.
  func possibleRounds(of userName: String) -> ClosedRange<Int> {
    state.withLock { state in
      let promised = state.promised[userName, default: 0]
      return promised...max(promised, state.sent[userName, default: 0])
    }
  }

  /// Returns when everybody was pushed or the server is gone.
  func push(through okta: TestClient, round: Int = 0) async {
    state.withLock { ($0.next, $0.isOver) = (0, false) }
    await withTaskGroup { group in
      for _ in 0..<writers {
        group.addTask {
          while let number = self.take() {
            do {
              try await self.push(self.name(number), round, okta)
            } catch let failure as TestClient.Failed {
              self.stop(failure)
            } catch {
              self.note("\(error)")
            }
          }
        }
      }
    }
  }

  private func take() -> Int? {
    state.withLock { state in
      guard !state.isOver, state.next < users else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  private func push(_ userName: String, _ round: Int, _ okta: TestClient) async throws {
    let user = OktaUser(userName, familyName: "Person" + padding, title: "round \(round)")
    let hits = try await okta.get(OktaUser.filter(userName))
    guard hits.status == 200 else { return note("filter: \(hits)") }
    state.withLock { $0.sent[userName] = round }
    if let id = hits.resources.first?["id"]?.string {
      let stored = try await okta.get("/Users/\(id)")
      let put = try await okta.put(
        "/Users/\(id)", stored.json.setting("title", to: JSONValue("round \(round)")))
      guard put.status == 200 else { return note("PUT: \(put)") }
      promise(userName, id, round)
    } else {
      let made = try await okta.post("/Users", user.creation)
      guard made.status == 201, let id = made["id"]?.string else { return note("POST: \(made)") }
      promise(userName, id, round)
    }
  }

  private func promise(_ userName: String, _ id: String, _ round: Int) {
    state.withLock { state in
      if let known = state.answered[userName], known != id {
        state.surprises.append("\(userName) was \(known) and is \(id)")
      }
      state.answered[userName] = id
      state.promised[userName] = round
    }
  }

  private func note(_ surprise: String) { state.withLock { $0.surprises.append(surprise) } }

  /// A server that is gone refuses connections or has broken them; anything else is a surprise.
  private func stop(_ failure: TestClient.Failed) {
    state.withLock { state in
      state.isOver = true
      switch failure.what.error {
      case .connectFailed, .connectionBroken, .invalidResponse(.closedBeforeResponse): break
      default: state.surprises.append("\(failure)")
      }
    }
  }
}

/// Everybody a server lists, page by page.
enum UserList {
  /// Ids by userName; more than one id for a name is a fault.
  static func read(_ okta: TestClient) async throws -> [String: [String]] {
    try await resources(okta).reduce(into: [:]) { all, user in
      all[user["userName"]?.string ?? "", default: []].append(user["id"]?.string ?? "")
    }
  }

  static func resources(_ okta: TestClient) async throws -> [JSONValue] {
    var all: [JSONValue] = []
    while true {
      let page = try await okta.get("/Users?startIndex=\(all.count + 1)&count=100")
      #expect(page.status == 200)
      all += page.resources
      if page.resources.isEmpty || all.count >= page["totalResults"]?.int ?? 0 { return all }
    }
  }
}
