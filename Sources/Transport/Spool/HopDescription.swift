/// What one hop promises and which other hop's lines its lines name; the spool knows no more.
package struct HopDescription: Sendable {
  package enum Durability: Sendable, Hashable {
    /// Synced in every commit; what is acknowledged rests on this hop.
    case acknowledged
    /// Synced by itself at least this often while it grows.
    case lagging(every: Duration)
  }

  /// A member of a line's `data` that holds a seq of another hop, written only after that line.
  package struct Reference: Sendable, Hashable {
    /// A top-level member of `data`.
    package let member: String
    /// The name of the hop whose seq it holds.
    package let hop: String

    package init(member: String, hop: String) {
      self.member = member
      self.hop = hop
    }
  }

  /// Also the name of its directory.
  package let name: String
  package let durability: Durability
  /// Whether numbers may be skipped after a crash that took lines which others name; if not, such a
  /// loss refuses the start.
  package let mayGap: Bool
  package let references: [Reference]

  package init(
    name: String, durability: Durability, mayGap: Bool, references: [Reference] = []
  ) {
    self.name = name
    self.durability = durability
    self.mayGap = mayGap
    self.references = references
  }

  var isAcknowledged: Bool { durability == .acknowledged }
}
