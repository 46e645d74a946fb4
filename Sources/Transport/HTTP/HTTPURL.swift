/// An absolute http or https URL, taken apart strictly: what it says is what is dialled.
package struct HTTPURL: Sendable, Hashable {
  package enum Scheme: String, Sendable {
    case http, https

    package var defaultPort: UInt16 { self == .http ? 80 : 443 }
  }

  package let scheme: Scheme
  /// Lower case; an IPv6 address without its brackets.
  package let host: String
  package let port: UInt16
  /// Path and query as they go on the request line; at least `/`.
  package let target: String

  /// The address when the host is a literal.
  package let address: IPAddress?

  /// Longest URL taken, in bytes.
  private static let maxLength = 8192
  /// Longest host name (RFC 1035 §2.3.4).
  private static let maxHost = 253

  package init(parsing text: String) throws(HTTPURLError) {
    guard text.utf8.count <= Self.maxLength else { throw .tooLong(limit: Self.maxLength) }
    guard text.utf8.allSatisfy(HTTPByte.isTarget) else { throw .forbiddenCharacter }
    guard let mark = text.firstIndex(of: ":"), text[mark...].hasPrefix("://"),
      let scheme = Scheme(rawValue: text[..<mark].lowercased())
    else { throw .scheme }
    let rest = text[mark...].dropFirst(3)
    let authority = rest.prefix { !"/?#".contains($0) }
    guard !rest.contains("#") else { throw .fragment }
    guard !authority.contains("@") else { throw .credentials }
    self.scheme = scheme
    (host, port) = try Self.split(authority, scheme)
    address = IPAddress(parsing: host)
    let path = rest[authority.endIndex...]
    target = path.hasPrefix("/") ? String(path) : "/" + path
  }

  private static func split(
    _ authority: Substring, _ scheme: Scheme
  ) throws(HTTPURLError) -> (String, UInt16) {
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]"),
        let address = IPAddress(parsing: authority[..<end].dropFirst()), address.isIPv6
      else { throw .host }
      let after = authority[authority.index(after: end)...]
      guard after.isEmpty || after.hasPrefix(":") else { throw .host }
      return (address.description, try port(after.dropFirst(), scheme))
    }
    let name = authority.prefix { $0 != ":" }
    let port = try port(authority[name.endIndex...].dropFirst(), scheme)
    guard !name.isEmpty, name.utf8.count <= maxHost, name.utf8.allSatisfy(isNameByte) else {
      throw .host
    }
    return (name.lowercased(), port)
  }

  private static func port(_ text: Substring, _ scheme: Scheme) throws(HTTPURLError) -> UInt16 {
    if text.isEmpty { return scheme.defaultPort }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(text), port > 0
    else { throw .port }
    return port
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }

  /// What the Host header says: brackets and a port only where they are needed.
  package var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == scheme.defaultPort ? name : "\(name):\(port)"
  }

  package var path: Substring { target.prefix { $0 != "?" } }

  /// The same place with another target, which must begin with `/`.
  package func with(target: String) -> HTTPURL {
    HTTPURL(scheme: scheme, host: host, port: port, target: target, address: address)
  }

  private init(
    scheme: Scheme, host: String, port: UInt16, target: String, address: IPAddress?
  ) {
    self.address = address
    self.scheme = scheme
    self.host = host
    self.port = port
    self.target = target
  }
}

extension HTTPURL: CustomStringConvertible {
  package var description: String { "\(scheme.rawValue)://\(authority)\(target)" }
}

/// Why a text is no URL for us.
package enum HTTPURLError: Error, Sendable, Hashable {
  case scheme, host, port, credentials, fragment, forbiddenCharacter
  case tooLong(limit: Int)
}

extension HTTPURLError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .scheme: "the URL must begin with http:// or https://"
    case .host: "the URL has no valid host name or address"
    case .port: "the port must be between 1 and 65535"
    case .credentials: "the URL must not contain a user name or password"
    case .fragment: "the URL must not contain a fragment (#)"
    case .forbiddenCharacter: "the URL contains a space or another character it must not"
    case .tooLong(let limit): "the URL is longer than \(limit) bytes"
    }
  }
}
