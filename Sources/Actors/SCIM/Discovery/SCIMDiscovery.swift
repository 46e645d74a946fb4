import Transport

/// What a client can find out before it starts (RFC 7644 §4); says only what is true.
package struct SCIMDiscovery: Sendable {
  private let catalog: SCIMCatalog
  private let baseURL: String

  /// - Parameter baseURL: without a slash at its end.
  package init(catalog: SCIMCatalog, baseURL: String) {
    self.catalog = catalog
    self.baseURL = baseURL
  }

  /// RFC 7643 §5.
  package func serviceProviderConfig() -> [UInt8] {
    document(
      SCIMSchema.serviceProviderConfig.id, named: "ServiceProviderConfig",
      at: "/ServiceProviderConfig",
      [
        "patch": ["supported": true],
        "bulk": [
          "supported": true, "maxOperations": .init(SCIMBulkRequest.maxOperations),
          "maxPayloadSize": .init(SCIMBulkRequest.maxPayloadSize),
        ],
        "filter": ["supported": true, "maxResults": .init(SCIMListQuery.maxCount)],
        "changePassword": ["supported": false],
        "sort": ["supported": true],
        "etag": ["supported": true],
        "pagination": [
          "cursor": true, "index": true, "defaultPaginationMethod": "index",
          "defaultPageSize": .init(SCIMListQuery.defaultCount),
          "maxPageSize": .init(SCIMListQuery.maxCount),
          "cursorTimeout": .init(Int(SCIMCursor.lifetime.components.seconds)),
        ],
        "authenticationSchemes": [
          [
            "type": "oauthbearertoken", "name": "API token",
            "description":
              "The connection's API token in the Authorization field, with or without Bearer.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750", "primary": true,
          ]
        ],
      ]
    ).bytes
  }

  package func schemas() -> [UInt8] { list(catalog.schemas.map { document(of: $0).bytes }) }

  /// Nil when no schema has that URN.
  package func schema(_ urn: String) -> [UInt8]? {
    catalog.schema(urn).map { document(of: $0).bytes }
  }

  package func resourceTypes() -> [UInt8] { list(catalog.types.map { document(of: $0).bytes }) }

  /// Nil when no type has that name.
  package func resourceType(_ name: String) -> [UInt8]? {
    catalog.resourceType(named: name).map { document(of: $0).bytes }
  }

  private func list(_ documents: [[UInt8]]) -> [UInt8] {
    SCIMListResponse.body(total: documents.count, startIndex: 1, resources: documents)
  }

  private func document(of schema: SCIMSchema) -> JSONObject {
    document(
      SCIMSchema.schema.id, named: "Schema", at: "/Schemas/" + schema.id,
      [
        "id": .string(schema.id), "name": .string(schema.name),
        "description": .string(schema.description),
        "attributes": .array(schema.attributes.all.map { .object($0.definition) }),
      ])
  }

  private func document(of type: SCIMResourceType) -> JSONObject {
    let extensions = type.extensions.map { pack -> JSONValue in
      ["schema": .string(pack.schema.id), "required": .bool(pack.required)]
    }
    return document(
      SCIMSchema.resourceType.id, named: "ResourceType", at: "/ResourceTypes/" + type.name,
      [
        "id": .string(type.name), "name": .string(type.name),
        "description": .string(type.description), "endpoint": .string(type.endpoint),
        "schema": .string(type.schema.id), "schemaExtensions": .array(extensions),
      ])
  }

  private func document(
    _ schema: String, named name: String, at path: String, _ content: JSONValue
  ) -> JSONObject {
    var members: [JSONObject.Member] = [.init(name: "schemas", value: [.string(schema)])]
    members += content.object?.members ?? []
    members.append(
      .init(
        name: "meta", value: ["resourceType": .string(name), "location": .string(baseURL + path)]))
    return JSONObject(members)
  }
}

extension SCIMAttribute {
  /// The definition as RFC 7643 §7 writes it.
  var definition: JSONObject {
    var object = JSONObject([
      .init(name: "name", value: .string(name)),
      .init(name: "type", value: .string(kind.rawValue)),
      .init(name: "multiValued", value: .bool(multiValued)),
      .init(name: "description", value: .string(description)),
      .init(name: "required", value: .bool(required)),
      .init(name: "caseExact", value: .bool(caseExact)),
      .init(name: "mutability", value: .string(mutability.rawValue)),
      .init(name: "returned", value: .string(returned.rawValue)),
      .init(name: "uniqueness", value: .string(uniqueness.rawValue)),
    ])
    if !canonicalValues.isEmpty {
      object["canonicalValues"] = .array(canonicalValues.map(JSONValue.string))
    }
    if !referenceTypes.isEmpty {
      object["referenceTypes"] = .array(referenceTypes.map(JSONValue.string))
    }
    if !subAttributes.isEmpty {
      object["subAttributes"] = .array(subAttributes.all.map { .object($0.definition) })
    }
    return object
  }
}
