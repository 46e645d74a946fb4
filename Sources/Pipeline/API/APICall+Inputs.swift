import Transport

extension APICall {
  /// Bodies beyond this are refused; the HTTP server does so while reading.
  static let bodyLimit = 256 * 1024

  /// Refuses a path parameter that could name nothing, before anything looks it up or shows it.
  static func checkPath(
    _ path: [String: String], for route: APIRoute
  ) throws(APIError) {
    for input in route.parameters {
      if let fault = input.fault(in: JSONValue(path[input.name] ?? "")) {
        throw .invalid(.path, input.name, fault)
      }
    }
  }

  /// Header fields of the route are what they have to be, where they are given.
  static func checkFields(of request: HTTPRequest, for route: APIRoute) throws(APIError) {
    for input in route.fields {
      guard let text = request.fields[input.name] else { continue }
      if let fault = input.fault(in: JSONValue(text)) {
        throw .invalid(.header, input.name, fault)
      }
    }
  }

  /// Query parameters by name, each known to the route, well-typed and given once.
  static func query(
    of request: HTTPRequest, for route: APIRoute, caller: Caller
  ) throws(APIError) -> [String: JSONValue] {
    let known = route.query + choices(of: route, caller)
    var found: [String: JSONValue] = [:]
    for item in HTTPQuery(request.query).items {
      let name = item.name
      guard let input = known.first(where: { $0.name == name }) else {
        throw .invalid(.query, String(name.prefix(64)), unknown(name, among: known, "parameter"))
      }
      guard found[name] == nil else { throw .invalid(.query, name, "is given twice") }
      found[name] = try input.value(of: item.value)
    }
    for input in known where input.required && found[input.name] == nil {
      throw .invalid(.query, input.name, "is required: \(input.summary)")
    }
    return found
  }

  /// The body's members, each known to the route and well-typed; every fault is named at once.
  static func body(
    of request: HTTPRequest, for route: APIRoute, caller: Caller
  ) throws(APIError) -> JSONObject {
    guard route.takesBody else { return JSONObject() }
    let body = try object(in: request)
    let known = route.body + choices(of: route, caller)
    var faults: [APIError.Fault] = []
    for member in body.members {
      let detail: String?
      if let input = known.first(where: { $0.name == member.name }) {
        detail = input.fault(in: member.value)
      } else {
        detail = unknown(member.name, among: known, "field")
      }
      if let detail {
        faults.append(.init(place: .body, name: String(member.name.prefix(64)), detail: detail))
      }
    }
    for input in known where input.required && body[input.name] == nil {
      faults.append(.init(place: .body, name: input.name, detail: "is required"))
    }
    if !faults.isEmpty { throw .invalid(faults) }
    return body
  }

  private static func object(in request: HTTPRequest) throws(APIError) -> JSONObject {
    if request.body.isEmpty { return JSONObject() }
    guard request.body.count <= bodyLimit else { throw .tooLarge(limit: bodyLimit) }
    try checkMediaType(request.fields["content-type"])
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: request.body)
    } catch {
      throw APIError(kind: .badRequest, detail: "The body is not valid JSON: \(error).")
    }
    guard let object = value.object else {
      throw APIError(kind: .badRequest, detail: "The body must be a JSON object.")
    }
    return object
  }

  private static func checkMediaType(_ field: String?) throws(APIError) {
    guard let field else { return }
    let type = field.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    if type == "application/json" || type.hasSuffix("+json") { return }
    throw APIError(
      kind: .unsupportedMediaType,
      detail: "Send the body as JSON, with Content-Type: application/json.")
  }

  /// The owner has no access token that says which application or consumer is meant.
  private static func choices(of route: APIRoute, _ caller: Caller) -> [APIInput] {
    guard caller == .owner else { return [] }
    let choices: [APIInput] =
      switch route.operation {
      case .application: [APIRoutes.applicationId]
      case .consumer: [APIRoutes.consumerId]
      case .open, .owner: []
      }
    return choices.filter { choice in !route.body.contains { $0.name == choice.name } }
  }

  private static func unknown(
    _ name: String, among known: [APIInput], _ noun: String
  ) -> String {
    if known.isEmpty { return "is not known here; this address takes no \(noun)" }
    let names = known.map(\.name)
    let near = Suggestion.nearest(to: name, among: names)
    if let near { return "is not a \(noun) of this address; did you mean \(near)?" }
    return "is not a \(noun) of this address; it knows \(names.joined(separator: ", "))"
  }
}

extension APIError {
  static func tooLarge(limit: Int) -> APIError {
    APIError(kind: .tooLarge, detail: "The body may be at most \(limit / 1024) KiB long.")
  }
}
