/// What a SCIM request wants, read off its method and path before anything else is known.
package enum SCIMOperation: Sendable, Equatable {
  case discovery(Discovery)
  case one(endpoint: String, id: String)
  /// Of one endpoint, or at the Base URL itself of all.
  case list(endpoint: String?)
  /// A list whose parameters are in the body (RFC 7644 §3.4.3).
  case search(endpoint: String?)
  case write(AcceptedWrite.Verb, endpoint: String, id: String?)
  case bulk

  package enum Discovery: Sendable, Equatable {
    case serviceProviderConfig
    case schemas(urn: String?)
    case resourceTypes(name: String?)
  }

  /// - Parameters:
  ///   - segments: the path after the Base URL, percent-decoded, empty segments dropped.
  ///   - endpoints: the resource types that are served, as they stand in paths ("Users").
  /// - Throws: 404 for what is not served, 405 for a method it does not have, 501 for `/Me`.
  package init(method: String, segments: [String], endpoints: [String]) throws(SCIMError) {
    guard let first = segments.first else {
      self = try Self.root(method)
      return
    }
    if first == "Me" { throw .meNotSupported }
    if segments.last == Self.search, segments.count == 1 {
      self = try Self.search(method, nil)
      return
    }
    if let discovery = try Self.discovery(segments) {
      guard method == "GET" || method == "HEAD" else {
        throw .methodNotAllowed(method, allowed: "GET")
      }
      self = .discovery(discovery)
      return
    }
    if first == "Bulk", segments.count == 1 {
      guard method == "POST" else { throw .methodNotAllowed(method, allowed: "POST") }
      self = .bulk
      return
    }
    guard
      let endpoint = endpoints.first(where: { $0 == first })
        ?? endpoints.first(where: { $0.lowercased() == first.lowercased() })
    else {
      throw .unknownRoute(serving: endpoints)
    }
    if segments.count > 1, endpoints.contains(segments[1]) { throw .baseURLEndsInUsers }
    guard segments.count <= 2 else { throw .unknownRoute(serving: endpoints) }
    if segments.last == Self.search {
      self = try Self.search(method, endpoint)
      return
    }
    let id = segments.count == 2 ? segments[1] : nil
    self = try Self.resource(method, endpoint, id)
  }

  private static let search = ".search"

  private static func root(_ method: String) throws(SCIMError) -> SCIMOperation {
    guard method == "GET" || method == "HEAD" else {
      throw .methodNotAllowed(method, allowed: "GET")
    }
    return .list(endpoint: nil)
  }

  private static func search(
    _ method: String, _ endpoint: String?
  ) throws(SCIMError) -> SCIMOperation {
    guard method == "POST" else { throw .methodNotAllowed(method, allowed: "POST") }
    return .search(endpoint: endpoint)
  }

  private static func discovery(_ segments: [String]) throws(SCIMError) -> Discovery? {
    guard segments.count <= 2 else { return nil }
    let name = segments.count == 2 ? segments[1] : nil
    switch segments[0] {
    case "ServiceProviderConfig": return name == nil ? .serviceProviderConfig : nil
    case "Schemas": return .schemas(urn: name)
    case "ResourceTypes": return .resourceTypes(name: name)
    default: return nil
    }
  }

  private static func resource(
    _ method: String, _ endpoint: String, _ id: String?
  ) throws(SCIMError) -> SCIMOperation {
    switch (method, id) {
    case ("GET", let id?), ("HEAD", let id?): return .one(endpoint: endpoint, id: id)
    case ("GET", nil), ("HEAD", nil): return .list(endpoint: endpoint)
    case ("POST", nil): return .write(.create, endpoint: endpoint, id: nil)
    case ("PUT", let id?): return .write(.replace, endpoint: endpoint, id: id)
    case ("PATCH", let id?): return .write(.patch, endpoint: endpoint, id: id)
    case ("DELETE", let id?): return .write(.delete, endpoint: endpoint, id: id)
    default:
      throw .methodNotAllowed(method, allowed: id == nil ? "GET, POST" : "GET, PUT, PATCH, DELETE")
    }
  }
}
