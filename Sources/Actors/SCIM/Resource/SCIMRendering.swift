package import Transport

/// An attribute that is kept apart from its resource, because others decide it or because it can be
/// long: a user's `groups`, a group's `members`.
package struct SCIMComputed: Sendable, Equatable {
  package let name: String
  /// A JSON array that is not empty.
  package let bytes: [UInt8]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}

/// Resources are kept as the bytes a GET answers with, short of what depends on the moment: the
/// location, which follows the Base URL, and what is computed. Both are spliced in without parsing.
package enum SCIMRendering {
  /// Compact JSON: `schemas`, `id`, the attributes, `meta` last and without `location`.
  package static func storedBytes(
    _ resource: SCIMResource, type: SCIMResourceType, meta: SCIMMeta
  ) -> [UInt8] {
    var out = [UInt8]()
    out.reserveCapacity(1024)
    out.append(UInt8(ascii: "{"))
    for member in resource.attributes.members {
      write(member, to: &out)
      out.append(UInt8(ascii: ","))
      guard member.name == "schemas" else { continue }
      out.append(contentsOf: "\"id\":".utf8)
      JSONValue.writeString(meta.id, to: &out)
      out.append(UInt8(ascii: ","))
    }
    write(meta, of: type, to: &out)
    out.append(UInt8(ascii: "}"))
    return out
  }

  /// What a GET without projection answers.
  ///
  /// - Parameters:
  ///   - stored: as `storedBytes` made them.
  ///   - location: the resource's own address.
  ///   - computed: what is kept elsewhere, if anything.
  package static func answer(
    _ stored: [UInt8], location: String, computed: SCIMComputed? = nil
  ) -> [UInt8] {
    var out = [UInt8]()
    out.reserveCapacity(stored.count + location.utf8.count + (computed?.bytes.count ?? 0) + 32)
    if let computed {
      let meta = metaStart(in: stored)
      out.append(contentsOf: stored[..<meta])
      out.append(contentsOf: ",\"\(computed.name)\":".utf8)
      out.append(contentsOf: computed.bytes)
      out.append(contentsOf: stored[meta...].dropLast(2))
    } else {
      out.append(contentsOf: stored.dropLast(2))
    }
    out.append(contentsOf: ",\"location\":".utf8)
    JSONValue.writeString(location, to: &out)
    out.append(contentsOf: "}}".utf8)
    return out
  }

  /// What a GET answers, whatever the type hides and the query wants; parses only when it must.
  package static func answer(
    _ stored: [UInt8], type: SCIMResourceType, location: String, computed: SCIMComputed? = nil,
    projection: SCIMProjection?
  ) -> [UInt8] {
    let whole = answer(stored, location: location, computed: computed)
    if projection == nil && !type.hidesByDefault { return whole }
    guard let object = try? JSONValue(parsing: whole).object else { return whole }
    return (projection ?? .default(type: type)).apply(to: object).bytes
  }

  /// The comma in front of the last member, which is always `meta`.
  private static func metaStart(in stored: [UInt8]) -> Int {
    let pattern = Array(",\"meta\":{".utf8)
    var index = stored.count - pattern.count
    while index > 0 && !stored[index...].starts(with: pattern) { index -= 1 }
    return index
  }

  /// The same as `meta.object(type:)`, without a tree.
  private static func write(
    _ meta: SCIMMeta, of type: SCIMResourceType, to out: inout [UInt8]
  ) {
    out.append(contentsOf: "\"meta\":{\"resourceType\":".utf8)
    JSONValue.writeString(type.name, to: &out)
    out.append(contentsOf: ",\"created\":\"".utf8)
    meta.created.write(to: &out)
    out.append(contentsOf: "\",\"lastModified\":\"".utf8)
    meta.lastModified.write(to: &out)
    out.append(contentsOf: "\",\"version\":".utf8)
    JSONValue.writeString(meta.entityTag, to: &out)
    out.append(UInt8(ascii: "}"))
  }

  private static func write(_ member: JSONObject.Member, to out: inout [UInt8]) {
    JSONValue.writeString(member.name, to: &out)
    out.append(UInt8(ascii: ":"))
    member.value.write(to: &out)
  }
}

extension SCIMMeta {
  /// - Parameter location: left out of stored bytes.
  func object(type: SCIMResourceType, location: String? = nil) -> JSONObject {
    var members: [JSONObject.Member] = [
      .init(name: "resourceType", value: .string(type.name)),
      .init(name: "created", value: .string(created.description)),
      .init(name: "lastModified", value: .string(lastModified.description)),
      .init(name: "version", value: .string(entityTag)),
    ]
    if let location { members.append(.init(name: "location", value: .string(location))) }
    return JSONObject(members)
  }
}

extension SCIMResourceType {
  /// The address of a resource of this type.
  ///
  /// - Parameter baseURL: without a slash at its end.
  package func location(of id: String, baseURL: String) -> String {
    baseURL + endpoint + "/" + id
  }

  /// The representation a client gets, as a tree; the same as `SCIMRendering.answer` gives in bytes.
  package func render(
    _ resource: SCIMResource, meta: SCIMMeta, baseURL: String, groups: [JSONValue] = [],
    projection: SCIMProjection? = nil
  ) -> JSONObject {
    var object = resource.attributes
    object.members.insert(.init(name: "id", value: .string(meta.id)), at: 1)
    if !groups.isEmpty { object["groups"] = .array(groups) }
    let location = location(of: meta.id, baseURL: baseURL)
    object["meta"] = .object(meta.object(type: self, location: location))
    if projection == nil && !hidesByDefault { return object }
    return (projection ?? .default(type: self)).apply(to: object)
  }
}
