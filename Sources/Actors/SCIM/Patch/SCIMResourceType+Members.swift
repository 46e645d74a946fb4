package import Transport

extension SCIMResourceType {
  /// The attribute whose elements are kept apart from the resource: `members` of a Group.
  package var memberAttribute: SCIMAttribute? {
    guard SCIMText.sameName(schema.id, SCIMSchema.group.id),
      let members = schema.attributes.named("members"), members.isComplex, members.multiValued
    else { return nil }
    return members
  }

  /// The body of a POST or PUT without its members, and those, each once, in their order.
  ///
  /// - Returns: no members when there is nothing said of them or null; an empty list when that was
  ///   sent.
  package func splitMembers(
    ofResource body: JSONObject
  ) throws(SCIMError) -> (rest: JSONObject, members: [SCIMMember]?) {
    guard let attribute = memberAttribute,
      let index = body.position(named: attribute.name)
    else { return (body, nil) }
    var rest = body
    let sent = rest.members.remove(at: index).value
    guard rest.position(named: attribute.name) == nil else {
      throw SCIMError(.invalidSyntax, "\(attribute.name) is sent twice")
    }
    if sent.isNull { return (rest, nil) }
    return (rest, try SCIMMemberSplitter.members(sent, of: attribute))
  }

  /// The operations of a PATCH that are about other attributes, and what the others do to the
  /// members, in their order. The two never touch the same, so either may be applied first, but
  /// both or none.
  ///
  /// - Returns: no rest when every operation was about members.
  package func splitMembers(
    ofPatch body: JSONObject
  ) throws(SCIMError) -> (rest: JSONObject?, edits: [SCIMMemberEdit]) {
    guard let attribute = memberAttribute else { return (body, []) }
    let operations = try SCIMPatchOperation.all(of: body)
    var splitter = SCIMMemberSplitter(type: self, attribute: attribute)
    var others = [JSONValue]()
    for (index, operation) in operations.enumerated() {
      do {
        if let rest = try splitter.rest(of: operation) { others.append(.object(rest.json)) }
      } catch {
        throw operations.count == 1 ? error : error.located("Operation \(index + 1)")
      }
    }
    if others.isEmpty { return (nil, splitter.edits) }
    let rest = JSONObject([
      .init(name: "schemas", value: [.string(SCIMPatchOperation.schema)]),
      .init(name: "Operations", value: .array(others)),
    ])
    return (rest, splitter.edits)
  }
}
