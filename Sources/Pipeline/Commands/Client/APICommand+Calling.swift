import Transport

extension ClientCommand {
  /// Sends what the command line says for that route and prints the answer.
  func call(_ route: APIRoute) async throws(ClientFailure) {
    let scope: APIClient.Scope =
      route.operation.scope == .consumer ? try await consumerScope() : .application
    let body = try body(of: route)
    var fields = HTTPFields()
    for input in route.fields { fields[input.name] = invocation.text(input.name) }
    if route.operation == .open(.revokeAccessToken) { fields["Authorization"] = try bearer }
    let answer = try await api.call(
      route.method, path(of: route) + query(try items(of: route), scope), body: body,
      scope: scope, fields: fields)
    if route.success != 204 { Terminal.write(answer.pretty() + "\n") }
  }

  private var bearer: String {
    get throws(ClientFailure) {
      guard let token = invocation.text(APICommand.accessToken), !token.isEmpty else {
        throw ClientFailure(
          "It needs the access token to revoke: in SCIM_HRIS_ACCESS_TOKEN, or --access-token.",
          .usage)
      }
      return "Bearer " + token
    }
  }

  private func path(of route: APIRoute) -> String {
    var words = invocation.arguments[...]
    return route.segments.map { segment in
      switch segment {
      case .literal(let word): "/" + word
      case .parameter: "/" + HTTPPercent.encode(words.popFirst() ?? "")
      }
    }.joined()
  }

  private func items(of route: APIRoute) throws(ClientFailure) -> [(String, String)] {
    var items = route.query.compactMap { input in
      invocation.text(input.name).map { (input.name, $0) }
    }
    if route.operation.scope == .application, let id = invocation.text("application") {
      items.append(("applicationId", id))
    }
    return items
  }

  /// The file's members, and over them those given one by one; nil for a route that takes none.
  private func body(of route: APIRoute) throws(ClientFailure) -> JSONObject? {
    guard route.takesBody else { return nil }
    var body = try file().map { text throws(ClientFailure) in
      guard let object = (try? JSONValue(parsing: text))?.object else {
        throw ClientFailure("The body is not a JSON object.", .usage)
      }
      return object
    }
    for input in route.body {
      guard let text = invocation.text(input.name) else { continue }
      body = body ?? JSONObject()
      body?[input.name] = try Self.value(of: input, text)
    }
    return body ?? JSONObject()
  }

  private func file() throws(ClientFailure) -> String? {
    guard let path = invocation.text("body") else { return nil }
    if path == "-" {
      var text = ""
      while let line = readLine(strippingNewline: false) { text += line }
      return text
    }
    do throws(FileError) {
      return String(decoding: try FileSystem.contents(of: path), as: UTF8.self)
    } catch {
      throw ClientFailure("The body cannot be read: \(error).", .inputOutput)
    }
  }

  private static func value(
    of input: APIInput, _ text: String
  ) throws(ClientFailure) -> JSONValue {
    if input.nullable, text == "null" { return .null }
    if case .object = input.kind {
      guard let value = try? JSONValue(parsing: text) else {
        throw ClientFailure("--\(input.name) must be JSON.", .usage)
      }
      return value
    }
    do throws(APIError) {
      return try input.value(of: text)
    } catch {
      throw ClientFailure("--\(error.detail).", .usage)
    }
  }
}
