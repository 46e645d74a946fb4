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

  /// The resource a PUT leaves behind (RFC 7644 §3.5.1): what is not sent is gone, except that
  /// `active` stays as it was, because nobody deactivates people by forgetting.
  package func replace(
    _ stored: SCIMResource, id: String, with body: JSONObject
  ) throws(SCIMError) -> SCIMResource {
    var new = try create(from: body)
    for attribute in attributes.all {
      let old = stored.attributes[attribute.name]
      let keeps = attribute.mutability == .immutable || attribute.name == "active"
      if keeps, let old, new.attributes[attribute.name] == nil {
        insert(old, for: attribute.name, into: &new.attributes)
      }
    }
    try requireImmutable(from: stored.attributes, to: new.attributes, by: attributes, at: "")
    for pack in extensions {
      guard let old = stored.attributes[pack.schema.id]?.object else { continue }
      let now = new.attributes[pack.schema.id]?.object ?? JSONObject()
      try requireImmutable(from: old, to: now, by: pack.schema.attributes, at: "")
    }
    return new
  }

  /// A set immutable value must come back as it is (RFC 7644 §3.5.1).
  private func requireImmutable(
    from old: JSONObject, to new: JSONObject, by list: SCIMAttributeList, at place: String
  ) throws(SCIMError) {
    guard list.hasImmutable else { return }
    for attribute in list.all {
      guard let before = old[attribute.name] else { continue }
      let name = place + attribute.name
      if attribute.mutability == .immutable, new[attribute.name] != before {
        throw .immutable(name)
      }
      if !attribute.multiValued, let before = before.object,
        let after = new[attribute.name]?.object
      {
        try requireImmutable(
          from: before, to: after, by: attribute.subAttributes, at: name + ".")
      }
    }
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
      if attribute.required && !attribute.isServerOwned && value == nil {
        throw SCIMError(.invalidValue, "\(name) is required")
      }
      for element in value?.array ?? value.map({ [$0] }) ?? [] {
        guard let inner = element.object else { continue }
        try requireComplete(inner, by: attribute.subAttributes, at: name + ".")
      }
    }
  }
}
