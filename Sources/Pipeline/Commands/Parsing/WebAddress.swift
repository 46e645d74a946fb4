/// An http or https URL given on the command line, without a trailing slash.
package struct WebAddress: Sendable, Equatable, CustomStringConvertible {
  package var description: String

  package init?(_ text: String) {
    let scheme = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }
    guard let scheme, !text.contains(where: { $0.isWhitespace || $0 == "#" }) else { return nil }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard !authority.isEmpty, !authority.contains("@") else { return nil }
    var whole = scheme + rest
    while whole.hasSuffix("/") { whole.removeLast() }
    description = whole
  }

  package var isSecure: Bool { description.hasPrefix("https://") }
}
