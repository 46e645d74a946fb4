import Transport

/// A set immutable value comes back as it is or not at all, and stays (RFC 7644 §3.5.1).
extension SCIMResourceType {
  func keepImmutable(
    of old: JSONObject, in new: JSONObject
  ) throws(SCIMError) -> JSONObject {
    var kept = try Self.keepImmutable(of: old, in: new, by: attributes, at: "")
    for pack in extensions where pack.schema.attributes.hasImmutable {
      guard let before = old[pack.schema.id]?.object else { continue }
      let sent = kept[pack.schema.id]?.object
      let block = try Self.keepImmutable(
        of: before, in: sent ?? JSONObject(), by: pack.schema.attributes, at: "")
      if sent != nil {
        kept[pack.schema.id] = .object(block)
      } else if !block.isEmpty {
        insert(.object(block), for: pack.schema.id, into: &kept)
        kept["schemas"] = schemas(of: kept)
      }
    }
    return kept
  }

  private static func keepImmutable(
    of old: JSONObject, in new: JSONObject, by list: SCIMAttributeList, at place: String
  ) throws(SCIMError) -> JSONObject {
    guard list.hasImmutable else { return new }
    var kept = new
    for attribute in list.all {
      guard let before = old[attribute.name] else { continue }
      let (now, name) = (new[attribute.name], place + attribute.name)
      var stays: JSONValue?
      if attribute.mutability == .immutable {
        if let now, now != before { throw .immutable(name) }
        stays = before
      } else if !attribute.multiValued, let inner = before.object {
        let object = try keepImmutable(
          of: inner, in: now?.object ?? JSONObject(), by: attribute.subAttributes, at: name + ".")
        if !object.isEmpty { stays = .object(object) }
      }
      guard let stays else { continue }
      if now == nil {
        list.insert(stays, for: attribute, into: &kept)
      } else {
        kept[attribute.name] = stays
      }
    }
    return kept
  }

  /// Refuses to let go of an object that holds what cannot change.
  static func requireFree(
    of object: JSONObject, by list: SCIMAttributeList, at place: String
  ) throws(SCIMError) {
    guard list.hasImmutable else { return }
    for attribute in list.all {
      guard let value = object[attribute.name] else { continue }
      let name = place + attribute.name
      if attribute.mutability == .immutable { throw .immutable(name) }
      if !attribute.multiValued, let inner = value.object {
        try requireFree(of: inner, by: attribute.subAttributes, at: name + ".")
      }
    }
  }
}
