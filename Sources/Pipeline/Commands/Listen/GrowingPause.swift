/// Longer after each failure, so that an absent peer costs nothing.
struct GrowingPause: Sendable {
  private static let longest: Duration = .seconds(10)
  private var time: Duration = .milliseconds(250)
  private(set) var isFresh = true

  mutating func next() -> Duration {
    isFresh = false
    defer { time = min(time * 2, Self.longest) }
    return time
  }
}
