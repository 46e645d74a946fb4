import Transport

/// What one operation, or one member of a path-less one, does to its target.
struct SCIMEdit {
  let kind: SCIMPatchOperation.Kind
  /// Nil when nothing was sent.
  let value: JSONValue?
  /// Whether elements of any type may be created where a filter finds none.
  let creates: Bool

  var missingValue: SCIMError {
    SCIMError(.invalidValue, "\(kind.rawValue) needs a value")
  }

  /// Refuses what mutability forbids whatever the value (RFC 7644 §3.5.2).
  func requirePossible(at place: SCIMPlace) throws(SCIMError) {
    if let sub = place.sub, sub.isServerOwned { throw SCIMError.readOnly(place.name) }
    if kind != .remove {
      if value == nil { throw missingValue }
      return
    }
    let isWhole = place.filter == nil && (value?.isNull != false || !place.attribute.multiValued)
    if let sub = place.sub {
      if sub.required { throw Self.required(place.name) }
      if sub.mutability == .immutable { throw SCIMError.immutable(place.name) }
    } else if place.attribute.required && isWhole {
      throw Self.required(place.name)
    }
  }

  static func required(_ name: String) -> SCIMError {
    SCIMError(.mutability, "\(name) is required and cannot be removed")
  }
}

/// An attribute, what of its values is meant, and which sub-attribute of them.
struct SCIMPlace {
  let attribute: SCIMAttribute
  let sub: SCIMAttribute?
  let filter: SCIMFilter.Expression?
  let matcher: SCIMMatcher?

  init(
    _ attribute: SCIMAttribute, headSub: SCIMAttribute?, _ path: SCIMPath
  ) throws(SCIMError) {
    self.attribute = attribute
    filter = path.filter
    guard let filter = path.filter else {
      sub = headSub
      matcher = nil
      return
    }
    guard headSub == nil, attribute.multiValued else {
      throw SCIMError(.invalidPath, "\(SCIMText.clipped(path.head)) takes no filter")
    }
    matcher = try SCIMMatcher(element: filter, of: attribute)
    sub = path.sub.flatMap { attribute.subAttributes.named($0) }
    if let name = path.sub, sub == nil {
      throw SCIMError(
        .invalidPath, "\(attribute.name) has no sub-attribute \(SCIMText.clipped(name))")
    }
  }

  /// As errors name it.
  var name: String { sub.map { attribute.name + "." + $0.name } ?? attribute.name }
}

extension SCIMAttributeList {
  /// Puts a value where schema order wants it.
  func insert(_ value: JSONValue, for attribute: SCIMAttribute, into object: inout JSONObject) {
    guard let rank = position(of: attribute.name) else { return }
    let index = object.members.firstIndex { (position(of: $0.name) ?? all.count) > rank }
    object.members.insert(
      .init(name: attribute.name, value: value), at: index ?? object.members.count)
  }
}
