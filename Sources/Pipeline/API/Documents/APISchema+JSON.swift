import Transport

/// A shape as JSON Schema 2020-12, which OpenAPI 3.1 uses, and as an example of it.
extension APISchema {
  var jsonSchema: JSONValue {
    switch self {
    case .object(let members): Self.object(members, isClosed: true)
    case .open(let members): Self.object(members, isClosed: false)
    case .array(let element): ["type": "array", "items": element.jsonSchema]
    case .text: ["type": "string"]
    case .id(let prefix): ["type": "string", "pattern": JSONValue("^\(prefix)")]
    case .timestamp: ["type": "string", "format": "date-time"]
    case .url: ["type": "string", "format": "uri"]
    case .count: ["type": "integer", "minimum": 0]
    case .integer: ["type": "integer"]
    case .number: ["type": "number", "minimum": 0]
    case .boolean: ["type": "boolean"]
    case .choice(let words): ["type": "string", "enum": .array(words.map { JSONValue($0) })]
    case .either(let shapes): ["anyOf": .array(shapes.map(\.jsonSchema))]
    case .nullable(let schema): ["anyOf": [schema.jsonSchema, ["type": "null"]]]
    case .named(let name): ["$ref": JSONValue("#/components/schemas/\(name)")]
    case .anything: [:]
    }
  }

  private static func object(_ members: [Member], isClosed: Bool) -> JSONValue {
    var properties = JSONObject()
    for member in members { properties[member.name] = member.jsonSchema }
    let required = members.filter { !$0.isOptional }.map { JSONValue($0.name) }
    var json = JSONObject()
    json["type"] = "object"
    json["properties"] = properties.isEmpty ? nil : .object(properties)
    json["required"] = required.isEmpty ? nil : .array(required)
    if isClosed { json["additionalProperties"] = false }
    return .object(json)
  }

  /// What such a value may look like.
  var example: JSONValue { example(within: []) }

  /// - Parameter names: of the shapes it stands in; in itself a shape is shown once.
  fileprivate func example(within names: Set<String>) -> JSONValue {
    switch self {
    case .object(let members), .open(let members):
      .object(
        JSONObject(
          members.filter { !$0.isOptional }.map {
            .init(name: $0.name, value: $0.shown(within: names))
          }))
    case .array(.named(let name)) where names.contains(name): []
    case .array(let element): [element.example(within: names)]
    case .text: "text"
    case .id(let prefix): JSONValue(prefix + APIPathParameters.exampleId)
    case .timestamp: "2026-01-02T03:04:05.678Z"
    case .url: "https://scim.example.com/"
    case .count, .integer: 1
    case .number: 1
    case .boolean: true
    case .choice(let words): JSONValue(words.first ?? "")
    case .either(let shapes): shapes.first?.example(within: names) ?? .null
    case .nullable(let schema): schema.example(within: names)
    case .named(let name):
      APISchemas.schema(named: name)?.example(within: names.union([name])) ?? .null
    case .anything: .object(JSONObject())
    }
  }
}

extension APISchema {
  fileprivate var isNumber: Bool {
    switch self {
    case .count, .integer, .number: true
    case .nullable(let schema): schema.isNumber
    default: false
    }
  }
}

extension APISchema.Member {
  fileprivate var jsonSchema: JSONValue {
    guard !summary.isEmpty, case .object(var json) = schema.jsonSchema else {
      return schema.jsonSchema
    }
    json["description"] = JSONValue(summary)
    return .object(json)
  }

  fileprivate func shown(within names: Set<String>) -> JSONValue {
    guard let example else { return schema.example(within: names) }
    if schema.isNumber, let number = Int(example) { return JSONValue(number) }
    return JSONValue(example)
  }
}
