extension APIRoutes {
  /// The route an address means, with its path parameters.
  ///
  /// - Parameter path: as sent, without the query; `/api` in front may be left out and a slash at
  ///   the end is tolerated. Ids and names here need no percent-encoding, so none is undone.
  static func find(method: String, path: Substring) throws(APIError) -> (
    route: APIRoute, parameters: [String: String]
  ) {
    let parts = parts(of: path)
    // RFC 9110 §9.3.2: HEAD is GET without the body, which the server leaves out.
    let method = method == "HEAD" ? "GET" : method
    let matches = all.compactMap { route in
      route.match(parts).map { (route: route, parameters: $0) }
    }
    let callable = matches.filter { $0.route.method == method }
    if let best = callable.max(by: { $0.route.precision < $1.route.precision }) { return best }
    throw matches.isEmpty
      ? unknown(parts) : notAllowed(method, allow: matches.map(\.route.method))
  }

  private static func parts(of path: Substring) -> [String] {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    if parts.last == "" { parts.removeLast() }
    if parts.first == "api" { parts.removeFirst() }
    return parts.map(String.init)
  }

  private static func unknown(_ parts: [String]) -> APIError {
    let path = "/" + parts.joined(separator: "/").prefix(200)
    let near = Suggestion.nearest(to: String(path), among: all.map(\.path))
    let hint = near.map { "; did you mean /api\($0)?" } ?? "."
    return APIError(kind: .notFound, detail: "The API has no address \(path)\(hint)")
  }

  private static func notAllowed(_ method: String, allow: [String]) -> APIError {
    let allow = Set(allow.contains("GET") ? allow + ["HEAD"] : allow).sorted()
    return APIError(
      kind: .methodNotAllowed,
      detail: "\(method) is not answered here; \(allow.joined(separator: ", ")) would be.",
      allow: allow)
  }
}
