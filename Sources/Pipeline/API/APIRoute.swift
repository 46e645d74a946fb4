/// One row of the route table: dispatch, 404 and 405, the checks of names, types and scope, and
/// the documents made of it all read this and nothing else.
struct APIRoute: Sendable {
  let operation: APIOperation
  let method: String
  /// Without `/api`; a segment in braces is a parameter: "/consumers/{id}".
  let path: String
  /// Of the answer that is not a refusal.
  let success: Int
  let summary: String
  /// What stands in the answer.
  let answer: APIAnswerSchema
  /// Refusals beyond those that follow from the row itself; see `problems`.
  let refuses: [APIError.Kind]
  /// Header fields that mean something here.
  let fields: [APIInput]
  /// One for each path parameter, in order.
  let parameters: [APIInput]
  let query: [APIInput]
  let body: [APIInput]
  let segments: [Segment]

  enum Segment: Sendable, Equatable {
    case literal(String)
    case parameter(String)
  }

  init(
    _ operation: APIOperation, _ method: String, _ path: String, success: Int = 200,
    _ summary: String, answer: APIAnswerSchema? = nil, refuses: [APIError.Kind] = [],
    fields: [APIInput] = [], query: [APIInput] = [], body: [APIInput] = []
  ) {
    self.operation = operation
    self.method = method
    self.path = path
    self.success = success
    self.summary = summary
    self.answer = answer ?? (success == 204 ? .nothing : .data(.anything))
    self.refuses = refuses
    self.fields = fields
    self.query = query
    self.body = body
    let segments: [Segment] = path.split(separator: "/").map { part in
      part.hasPrefix("{") ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
    }
    self.segments = segments
    parameters = APIPathParameters.of(segments)
  }

  /// Whether it takes a JSON body at all.
  var takesBody: Bool { method == "POST" || method == "PATCH" }

  /// The path parameters when these decoded segments are this route's.
  func match(_ parts: [String]) -> [String: String]? {
    guard parts.count == segments.count else { return nil }
    var found: [String: String] = [:]
    for (part, segment) in zip(parts, segments) {
      switch segment {
      case .literal(let word): if word != part { return nil }
      case .parameter(let name): found[name] = part
      }
    }
    return found
  }

  /// Of two routes that match, the one with more literal segments is meant.
  var precision: Int {
    segments.count { if case .literal = $0 { true } else { false } }
  }
}
