import Transport

/// An input as JSON Schema: what `fault(in:)` lets pass, and nothing else where a schema can say it.
extension APIInput {
  /// No control characters, and one that is no space.
  private static let text = #"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"#

  /// - Parameter isText: whether it stands in an address, where everything is text.
  func jsonSchema(inAddress isText: Bool) -> JSONValue {
    let schema = kind.jsonSchema(text: Self.text, isText: isText)
    guard nullable, !isText else { return schema }
    return ["anyOf": [schema, ["type": "null"]]]
  }

  /// A value that passes.
  var shown: JSONValue { example.map { JSONValue($0) } ?? kind.example }
}

extension APIInput.Kind {
  fileprivate func jsonSchema(text: String, isText: Bool) -> JSONValue {
    switch self {
    case .text(let limit):
      [
        "type": "string", "minLength": 1, "maxLength": JSONValue(limit),
        "pattern": JSONValue(text),
      ]
    case .boolean: ["type": "boolean"]
    case .integer(let range):
      [
        "type": "integer", "minimum": JSONValue(range.lowerBound),
        "maximum": JSONValue(range.upperBound),
      ]
    case .choice(let words): ["type": "string", "enum": .array(words.map { JSONValue($0) })]
    case .list(let words):
      [
        "type": "array", "maxItems": 1000, "uniqueItems": true,
        "items": words.map { ["type": "string", "enum": .array($0.map { JSONValue($0) })] }
          ?? ["type": "string"],
      ]
    case .timestamp: ["type": "string", "format": "date-time"]
    case .place:
      [
        "anyOf": [
          ["type": "integer", "minimum": 1], ["type": "string", "format": "date-time"],
        ]
      ]
    case .object: ["type": "object"]
    }
  }

  fileprivate var example: JSONValue {
    switch self {
    case .text: "text"
    case .boolean: true
    case .integer(let range): JSONValue(min(max(range.lowerBound, 1), range.upperBound))
    case .choice(let words): JSONValue(words.first ?? "")
    case .list(let words): .array((words ?? ["text"]).prefix(1).map { JSONValue($0) })
    case .timestamp: "2026-01-02T03:04:05Z"
    case .place: 1
    case .object: .object(JSONObject())
    }
  }
}
