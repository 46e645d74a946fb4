package import Transport

extension SCIMResourceType {
  /// The resource a POST describes (RFC 7644 §3.3), coerced, complete and in canonical form.
  ///
  /// Read-only attributes and secrets are dropped; what no schema knows goes into `unknown`.
  package func create(from body: JSONObject) throws(SCIMError) -> SCIMResource {
    try requireSchemas(of: body)
    var draft = SCIMDraft(type: self)
    for member in body.members { try draft.take(member) }
    return try draft.finish()
  }

  /// The resource a PUT leaves behind (RFC 7644 §3.5.1): what is not sent is gone, except that what
  /// cannot change stays, and so does a user's `active`, because nobody deactivates people by
  /// forgetting.
  package func replace(
    _ stored: SCIMResource, id: String, with body: JSONObject
  ) throws(SCIMError) -> SCIMResource {
    var new = try create(from: body)
    if schema === SCIMSchema.user, let old = stored.attributes["active"],
      new.attributes["active"] == nil
    {
      insert(old, for: "active", into: &new.attributes)
    }
    guard hasImmutable else { return new }
    new.attributes = try keepImmutable(of: stored.attributes, in: new.attributes)
    try requireComplete(new.attributes)
    return new
  }

  /// A message without `schemas` is not SCIM; which URNs stand in it decides nothing, since
  /// identity providers misspell them.
  private func requireSchemas(of body: JSONObject) throws(SCIMError) {
    switch body.value(named: "schemas") {
    case .array(let urns) where !urns.isEmpty && urns.allSatisfy({ $0.string != nil }): return
    case .string(let urn) where !urn.isEmpty: return
    case nil, .null: throw SCIMError(.invalidSyntax, "schemas is missing: send [\"\(schema.id)\"]")
    default: throw SCIMError(.invalidSyntax, "schemas must be a list of schema URNs")
    }
  }

  /// Every required attribute is there, in every object that has one.
  func requireComplete(_ resource: JSONObject) throws(SCIMError) {
    try requireComplete(resource, by: schema.attributes, at: "")
    for pack in extensions {
      let block = resource[pack.schema.id]?.object
      if pack.required && block == nil {
        throw SCIMError(.invalidValue, "\(pack.schema.id) is required")
      }
      if let block { try requireComplete(block, by: pack.schema.attributes, at: "") }
    }
  }

  private func requireComplete(
    _ object: JSONObject, by list: SCIMAttributeList, at place: String
  ) throws(SCIMError) {
    guard list.hasRequired else { return }
    for attribute in list.all where attribute.required || attribute.subAttributes.hasRequired {
      let name = place + attribute.name
      let value = object[attribute.name]
      if attribute.required && !attribute.isServerOwned && !attribute.isSecret && value == nil {
        throw SCIMError(.invalidValue, "\(name) is required")
      }
      for element in value?.array ?? value.map({ [$0] }) ?? [] {
        guard let inner = element.object else { continue }
        try requireComplete(inner, by: attribute.subAttributes, at: name + ".")
      }
    }
  }
}
