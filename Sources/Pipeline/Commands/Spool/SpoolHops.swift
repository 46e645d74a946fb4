package import Transport

/// The hops as the commands that only read them know them.
package enum SpoolHops {
  package static let accepted = Hop.accepted.name
  package static let mapped = Hop.mapped.name
  package static let committed = Hop.committed.name
  package static let attempts = Hop.attempts.name
  package static let names = Hop.allCases.map(\.name)
  package static let descriptions = Hop.allCases.map(\.description)
}
