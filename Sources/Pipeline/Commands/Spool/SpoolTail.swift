package import Transport

/// `spool tail`: the last lines of a hop and, when asked, each new one.
package struct SpoolTail {
  private let reader: SpoolReader
  private let hop: String
  private let cat: SpoolCat
  private var follower: HopFollower

  /// How often it looks for new lines.
  private static let pause = Duration.milliseconds(200)

  /// Blocks.
  /// - Parameter count: how many of the last numbers it begins with.
  package init(_ reader: SpoolReader, hop: String, last count: Int, cat: SpoolCat) throws {
    (self.reader, self.hop, self.cat) = (reader, hop, cat)
    let last =
      try reader.hops.first { $0.name == hop }
      .flatMap { try reader.summary(of: $0).lines?.upperBound } ?? 0
    let count = UInt64(count)
    follower = HopFollower(reader, hop: hop, from: last > count ? last - count + 1 : 1)
  }

  /// The lines there are by now, as text; empty when there is no new one. Blocks.
  package mutating func look() throws(SpoolError) -> String {
    var text = ""
    while true {
      let lines = try follower.look()
      if lines.isEmpty { return text }
      for line in lines where cat.wants(line) { text += cat.text(line, hop: hop) }
    }
  }

  /// Prints until the task is cancelled or the process interrupted.
  mutating func run(follows: Bool) async throws {
    Terminal.write(try look())
    while follows, (try? await ContinuousClock().sleep(for: Self.pause)) != nil {
      let text = try look()
      if !text.isEmpty { Terminal.write(text) }
    }
  }
}
