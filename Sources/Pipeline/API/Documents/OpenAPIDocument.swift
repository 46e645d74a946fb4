import Transport

/// The API told in OpenAPI 3.1: the route table and the shapes in other words, and nothing beside.
struct OpenAPIDocument {
  /// Without a slash at its end.
  let publicURL: String

  var json: JSONValue {
    var document = JSONObject()
    document["openapi"] = "3.1.0"
    document["info"] = Self.info
    document["servers"] = [["url": JSONValue(publicURL + "/api")]]
    document["tags"] = Self.tags
    document["paths"] = .object(Self.paths)
    document["components"] = Self.components
    return .object(document)
  }

  private static let info: JSONValue = [
    "title": "scim-hris", "version": JSONValue(Version.current),
    "description": JSONValue(
      "Employees and groups that identity providers push by SCIM, as one unified API with"
        + " webhooks and a feed. Exchange an API key at POST /auth for an access token of the"
        + " scope a route needs. Every path is answered without /api, too."),
  ]

  private static var tags: JSONValue {
    var seen: Set<String> = []
    let subjects = APIRoutes.documented.map(\.subject).filter { seen.insert($0).inserted }
    return .array(subjects.map { ["name": JSONValue($0)] })
  }

  private static var paths: JSONObject {
    var paths = JSONObject()
    for route in APIRoutes.documented {
      var item = paths[route.path]?.object ?? JSONObject()
      item[route.method.lowercased()] = .object(route.openAPI)
      paths[route.path] = .object(item)
    }
    return paths
  }

  private static var components: JSONValue {
    var schemas = JSONObject()
    for (name, schema) in APISchemas.all { schemas[name] = schema.jsonSchema }
    var responses = JSONObject()
    for kind in APIError.Kind.allCases { responses[kind.rawValue] = kind.openAPIResponse }
    return [
      "schemas": .object(schemas), "responses": .object(responses),
      "headers": headers, "securitySchemes": securitySchemes,
    ]
  }

  private static let headers: JSONValue = [
    "request-id": [
      "description": "Names this call, as logs do.",
      "schema": ["type": "string", "pattern": "^req_"],
    ],
    "retry-after": [
      "description": "Seconds to wait.", "schema": ["type": "integer", "minimum": 0],
    ],
    "www-authenticate": ["description": "The scheme to use.", "schema": ["type": "string"]],
  ]

  private static let securitySchemes: JSONValue = [
    "application": [
      "type": "http", "scheme": "bearer",
      "description": "The accessToken of POST /auth with scope application.",
    ],
    "consumer": [
      "type": "http", "scheme": "bearer",
      "description": "The accessToken of POST /auth with scope consumer and a consumerId.",
    ],
  ]
}

extension APIError.Kind {
  fileprivate var openAPIResponse: JSONValue {
    var headers = JSONObject()
    headers["x-request-id"] = ["$ref": "#/components/headers/request-id"]
    if self == .tooManyRequests || self == .unavailable {
      headers["retry-after"] = ["$ref": "#/components/headers/retry-after"]
    }
    if self == .unauthorized {
      headers["www-authenticate"] = ["$ref": "#/components/headers/www-authenticate"]
    }
    return [
      "description": JSONValue(title), "headers": .object(headers),
      "content": [
        "application/problem+json": [
          "schema": ["$ref": "#/components/schemas/Problem"], "example": example,
        ]
      ],
    ]
  }

  private var example: JSONValue {
    [
      "type": JSONValue("urn:scim-hris:problem:\(rawValue)"), "title": JSONValue(title),
      "status": JSONValue(status), "detail": "What is wrong, and what to do.",
      "instance": JSONValue("req_" + APIPathParameters.exampleId),
    ]
  }
}
