/// Which accepted writes have their outcome: all up to a number, and some above it, because lanes
/// overtake each other.
package struct DecidedWrites: Sendable, Equatable {
  /// Every line of `1-accepted` up to here is decided.
  package private(set) var through: UInt64 = 0
  /// Requests by the numbers of their accepted lines above it.
  private(set) var ahead: [UInt64: String] = [:]
  /// Requests above it of which only the name is known, from a snapshot.
  private(set) var named: Set<String> = []

  package init() {}

  init(through: UInt64, named: Set<String>) {
    self.through = through
    self.named = named
  }

  package func contains(_ request: String, accepted: UInt64) -> Bool {
    accepted <= through || ahead[accepted] == request || named.contains(request)
  }

  mutating func note(_ request: String, accepted: UInt64) {
    guard accepted > through else { return }
    ahead[accepted] = request
    while ahead.removeValue(forKey: through + 1) != nil { through += 1 }
  }

  /// Every accepted line there was at a start has been driven to its outcome.
  mutating func advance(to accepted: UInt64) {
    guard accepted > through else { return }
    through = accepted
    ahead = ahead.filter { $0.key > accepted }
    named = []
    while ahead.removeValue(forKey: through + 1) != nil { through += 1 }
  }

  /// What a snapshot says beside `through`.
  var requestsAhead: [String] { (Array(ahead.values) + named).sorted() }
}
