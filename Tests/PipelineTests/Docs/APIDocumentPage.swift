import Transport

@testable import Pipeline

/// Renders docs/API.md from the route table and the shapes of its answers.
struct APIDocumentPage {
  var text: String {
    var text = Self.head
    var subjects: [String] = []
    for route in APIRoutes.documented where !subjects.contains(route.subject) {
      subjects.append(route.subject)
    }
    text += "\n## Routes\n\n| route | scope | operation |\n|---|---|---|\n"
    for route in APIRoutes.documented {
      text +=
        "| \(route.method) `\(route.path)` | \(Self.scope(route)) |"
        + " [\(route.operation.id)](#\(route.operation.id.lowercased())) |\n"
    }
    for subject in subjects {
      text += "\n## \(subject)\n"
      for route in APIRoutes.documented where route.subject == subject {
        text += Self.section(route)
      }
    }
    text += "\n## Shapes\n\nEvery member stands in every answer unless its type says *optional*.\n"
    for (name, schema) in APISchemas.all { text += Self.section(name, schema) }
    return text
  }

  private static func scope(_ route: APIRoute) -> String {
    if route.operation == .open(.revokeAccessToken) { return "either" }
    return route.operation.scope == .open ? "–" : route.operation.scope.rawValue
  }

  private static func section(_ route: APIRoute) -> String {
    var text = "\n### \(route.operation.id)\n\n`\(route.method) /api\(route.path)`"
    text += ", scope \(scope(route)). \(route.summary)\n"
    let inputs =
      route.parameters.map { row($0, "path") } + route.query.map { row($0, "query") }
      + route.fields.map { row($0, "header") } + route.body.map { row($0, "body") }
    if !inputs.isEmpty {
      text += "\n| input | in | type | |\n|---|---|---|---|\n" + inputs.joined(separator: "\n")
      text += "\n"
    }
    text += "\nAnswers \(route.success)\(answer(route)). Refusals: "
    text += Set(route.problems.map(\.status)).sorted().map(String.init).joined(separator: ", ")
    return text + ".\n"
  }

  private static func answer(_ route: APIRoute) -> String {
    switch route.answer {
    case .nothing: ""
    case .data(let schema): " with \(words(schema))"
    case .page(let schema): " with a page of \(words(schema))"
    case .media(let types): " with \(types.joined(separator: ", "))"
    }
  }

  private static func row(_ input: APIInput, _ place: String) -> String {
    let required = input.required ? ", required" : ""
    return "| `\(input.name)` | \(place)\(required) | \(words(input))"
      + "\(input.nullable ? " or null" : "") | \(cell(input.summary)) |"
  }

  private static func section(_ name: String, _ schema: APISchema) -> String {
    var text = "\n### \(name)\n\n"
    switch schema {
    case .object(let members), .open(let members):
      if !members.isEmpty {
        text += "| member | type | |\n|---|---|---|\n"
        text += members.map { member in
          "| `\(member.name)` | \(words(member.schema))\(member.isOptional ? ", *optional*" : "")"
            + " | \(cell(member.summary)) |"
        }.joined(separator: "\n")
        text += "\n"
      }
      if case .open = schema { text += "\nOther members may stand there.\n" }
    default: text += "\(words(schema)).\n"
    }
    return text
  }
}

// MARK: - Words

extension APIDocumentPage {
  private static func cell(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }

  private static func words(_ schema: APISchema) -> String {
    switch schema {
    case .object, .open: "object"
    case .array(let element): "array of \(words(element))"
    case .text: "text"
    case .id(let prefix): "`\(prefix)…`"
    case .timestamp: "time"
    case .url: "URL"
    case .count: "whole number, 0 or more"
    case .integer: "whole number"
    case .number: "number"
    case .boolean: "boolean"
    case .choice(let words): choice(words)
    case .either(let shapes): shapes.map(words).joined(separator: " or ")
    case .nullable(let schema): words(schema) + " or null"
    case .named(let name): "[\(name)](#\(name.lowercased()))"
    case .anything: "anything"
    }
  }

  private static func words(_ input: APIInput) -> String {
    switch input.kind {
    case .text(let limit): "text, at most \(limit) bytes"
    case .boolean: "boolean"
    case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .choice(let words): choice(words)
    case .list(let words): "list of \(words.map(choice) ?? "text")"
    case .timestamp: "time"
    case .place: "line or time"
    case .object: "object"
    }
  }

  /// The employee's fields are too many to stand in a cell.
  private static func choice(_ words: [String]) -> String {
    let shown = words.prefix(20).map { "`\($0)`" }.joined(separator: ", ")
    return words.count > 20 ? shown + ", …" : shown
  }

  private static let head = """
    # The API, route by route

    This page is generated from the server's route table, as are `GET /openapi.json` (OpenAPI 3.1),
    the page at `/api/explorer`, where every call can be tried, and `scim-hris api`, which makes
    every call from the command line. Events are in [EVENTS.md](EVENTS.md), the feed is in
    [FEED.md](FEED.md).

    Every path is answered under `/api` and without it. Exchange an API key at
    [createAccessToken](#createaccesstoken) for an access token of the scope a route needs, and send
    it as `Authorization: Bearer`. Bodies are JSON objects of at most 256 KiB.

    A success is `{"data": …}`; a page adds `"meta": {"next", "current", "itemsOnPage"}`: give `next`
    as `cursor` until it is null. A refusal is a [Problem](#problem) (RFC 9457, media type
    `application/problem+json`) whose `errors` name every input at fault; a field or parameter that
    is not known is a fault, too, and the nearest known one is named. `x-request-id` names the call.

    Times are RFC 3339 in UTC. In a query a list stands with commas in between. Somebody else's id
    is answered 404, as one that never was.

    """
}
