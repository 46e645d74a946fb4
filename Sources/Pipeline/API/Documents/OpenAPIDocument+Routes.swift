import Transport

/// One route as an OpenAPI operation.
extension APIRoute {
  var openAPI: JSONObject {
    var json = JSONObject()
    json["operationId"] = JSONValue(operation.id)
    json["summary"] = JSONValue(summary)
    json["tags"] = [JSONValue(subject)]
    json["security"] = security
    let inputs = addressInputs
    json["parameters"] = inputs.isEmpty ? nil : .array(inputs)
    json["requestBody"] = requestBody
    json["responses"] = responses
    return json
  }

  private var security: JSONValue {
    switch operation {
    // It is about the token it comes with, of whatever scope.
    case .open(.revokeAccessToken): [["application": []], ["consumer": []]]
    case .open: []
    default: [.object(JSONObject([.init(name: scope, value: [])]))]
    }
  }

  private var scope: String { operation.scope.rawValue }

  private var addressInputs: [JSONValue] {
    parameters.map { $0.openAPI(in: "path") } + query.map { $0.openAPI(in: "query") }
      + fields.map { $0.openAPI(in: "header") }
  }

  private var requestBody: JSONValue? {
    guard takesBody else { return nil }
    return [
      "required": JSONValue(body.contains(where: \.required)),
      "content": ["application/json": ["schema": bodySchema, "example": bodyExample]],
    ]
  }

  private var bodySchema: JSONValue {
    var properties = JSONObject()
    for input in body { properties[input.name] = input.described }
    let required = body.filter(\.required).map { JSONValue($0.name) }
    var schema = JSONObject()
    schema["type"] = "object"
    schema["properties"] = properties.isEmpty ? nil : .object(properties)
    schema["required"] = required.isEmpty ? nil : .array(required)
    schema["additionalProperties"] = false
    return .object(schema)
  }

  /// What has to be there, and what its example is worth telling for.
  var bodyExample: JSONValue {
    let told = body.filter { $0.required || $0.example != nil }
    return .object(JSONObject(told.map { .init(name: $0.name, value: $0.shown) }))
  }
}

// MARK: - Answers

extension APIRoute {
  private var responses: JSONValue {
    var json = JSONObject()
    json[String(success)] = .object(answered)
    if success == 200, fields.contains(where: { $0.name == "if-none-match" }) {
      json["304"] = ["description": "It has not changed."]
    }
    // Two kinds of one status tell of the same document.
    for kind in problems where json[String(kind.status)] == nil {
      json[String(kind.status)] = ["$ref": JSONValue("#/components/responses/\(kind.rawValue)")]
    }
    return .object(json)
  }

  private var answered: JSONObject {
    var json = JSONObject()
    json["description"] = JSONValue(summary)
    json["headers"] = ["x-request-id": ["$ref": "#/components/headers/request-id"]]
    json["content"] = content
    let links = OpenAPILinks.from(self)
    json["links"] = links.isEmpty ? nil : .object(links)
    return json
  }

  private var content: JSONValue? {
    switch answer {
    case .nothing: nil
    case .media(let types):
      .object(JSONObject(types.map { .init(name: $0, value: [:]) }))
    case .data, .page:
      .object(json(streams: fields.contains { $0.name == "last-event-id" }))
    }
  }
}

extension APIRoute {
  private func json(streams: Bool) -> JSONObject {
    var json = JSONObject()
    json["application/json"] = ["schema": answer.jsonSchema, "example": answer.example]
    if streams { json["text/event-stream"] = ["schema": ["type": "string"]] }
    return json
  }
}

extension APIAnswerSchema {
  /// Of the whole body; an empty schema where it is no JSON of ours.
  var jsonSchema: JSONValue { envelope?.jsonSchema ?? [:] }
  var example: JSONValue { envelope?.example ?? .null }

  var envelope: APISchema? {
    switch self {
    case .nothing, .media: nil
    case .data(let schema): .object([.init("data", schema)])
    case .page(let schema):
      .object([.init("data", .array(of: schema)), .init("meta", .named("Page"))])
    }
  }
}

extension APIInput {
  fileprivate func openAPI(in place: String) -> JSONValue {
    var json = JSONObject()
    json["name"] = JSONValue(name)
    json["in"] = JSONValue(place)
    json["required"] = JSONValue(required)
    json["description"] = JSONValue(summary)
    json["schema"] = jsonSchema(inAddress: true)
    if case .list = kind { json["explode"] = false }
    if required || example != nil { json["example"] = shown }
    return .object(json)
  }

  fileprivate var described: JSONValue {
    guard case .object(var json) = jsonSchema(inAddress: false) else { return [:] }
    json["description"] = JSONValue(summary)
    return .object(json)
  }
}
