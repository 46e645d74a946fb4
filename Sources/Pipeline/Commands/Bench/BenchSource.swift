import Transport

/// Two requests that undo each other: switching users off and on, adding and removing a member.
struct BenchToggle: Sendable {
  let there: BenchRequest
  let back: BenchRequest
  /// Where in both the id of a user stands, and the users that are taken in turn; with none the
  /// number of the connection is put where a number goes.
  var place = 0
  var ids: [[UInt8]] = []
  let expected: Int
}

/// Renders one request after another for one connection.
struct BenchSource {
  /// Connections that share ids at most; each has its own part.
  private static let shares = 64

  private let kind: BenchLoad.Kind
  private var request: BenchRequest
  private var random: SeededRandom
  private let idPlace: Int
  private let ids: [[UInt8]]
  private let stream: Int
  private var turn = 0
  let expected: Int
  let isCreating: Bool

  init(_ kind: BenchLoad.Kind, stream: Int) {
    self.kind = kind
    self.stream = stream
    random = SeededRandom(seed: 17, stream: stream)
    switch kind {
    case .create(let request, _):
      (self.request, expected, isCreating) = (request, 201, true)
    case .filter(let request, _):
      (self.request, expected, isCreating) = (request, 200, false)
    case .get(let request, let place, let ids):
      (self.request, expected, isCreating) = (request, 200, false)
      (self.ids, idPlace) = (ids, place)
      return
    case .toggle(let toggle):
      (request, expected, isCreating) = (toggle.there, toggle.expected, false)
      ids = toggle.ids.enumerated().filter { $0.offset % Self.shares == stream }.map(\.element)
      idPlace = toggle.place
      return
    }
    (ids, idPlace) = ([], 0)
  }

  var bytes: [UInt8] { request.bytes }

  /// False when there is nothing left to send.
  mutating func prepare() -> Bool {
    switch kind {
    case .create(_, let numbers):
      guard let number = numbers.take() else { return false }
      request.patch(number)
    case .filter(_, let bound): request.patch(random.below(max(1, bound)))
    case .get:
      if ids.isEmpty { return false }
      request.patch(ids[random.below(ids.count)][...], at: idPlace)
    case .toggle(let toggle): return prepare(toggle)
    }
    return true
  }

  private mutating func prepare(_ toggle: BenchToggle) -> Bool {
    if toggle.ids.isEmpty {
      request = turn % 2 == 0 ? toggle.there : toggle.back
      request.patch(stream)
    } else {
      if ids.isEmpty { return false }
      request = turn / ids.count % 2 == 0 ? toggle.there : toggle.back
      request.patch(ids[turn % ids.count][...], at: idPlace)
    }
    turn += 1
    return true
  }
}
