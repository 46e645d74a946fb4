import Testing
import Transport

@testable import Actors

@Suite struct SCIMQueryTests {
  private let type = SCIMResourceType.user

  private func query(_ parameters: (name: String, value: String)...) throws -> SCIMListQuery {
    try SCIMListQuery(SCIMQueryParameters(parameters))
  }

  private func projected(_ attributes: String?, _ excluded: String? = nil) throws -> [String] {
    let projection = try SCIMProjection(
      attributes: attributes, excludedAttributes: excluded, type: type)
    let meta = SCIMMeta(
      id: "u1", created: .init(milliseconds: 0), lastModified: .init(milliseconds: 0), version: 1)
    let object = type.render(
      try SCIMBodies.stored(SCIMBodies.entraCreate), meta: meta, baseURL: "https://h",
      projection: projection)
    return object.members.map { member in
      guard let inner = member.value.object ?? member.value.array?.first?.object else {
        return member.name
      }
      return member.name + "(" + inner.members.map(\.name).joined(separator: " ") + ")"
    }
  }

  @Test func `without parameters the first page of the usual size is meant`() throws {
    let plain = try query()
    #expect(plain.start == .index(1) && plain.count == 100 && plain.filter == nil)
    let plan = try plain.plan(for: type)
    #expect(plan.projection == nil && plan.matcher == nil && plan.sort == nil)
  }

  @Test(arguments: [
    ("0", "5", 1, 5), ("-3", "-1", 1, 0), ("7", "0", 7, 0), ("2", "1000", 2, 200),
    ("99999999999999999999", "99999999999999999999", Int.max, 200), ("", "", 1, 100),
  ])
  func `start and count are brought into range`(
    start: String, count: String, from: Int, size: Int
  ) throws {
    let found = try query(("startIndex", start), ("count", count))
    #expect(found.start == .index(from) && found.count == size)
  }

  @Test func `a number that is none is refused, unknown parameters are not`() throws {
    #expect(throws: SCIMError(.invalidValue, "count must be a whole number")) {
      try query(("count", "ten"))
    }
    _ = try query(("aadOptscim062020", ""), ("", ""), ("sortBy", "nope"))
  }

  @Test func `an empty filter is refused and a good one is bound`() throws {
    #expect(throws: SCIMError.self) { try query(("filter", "")) }
    let found = try query(("FILTER", #"userName eq "a""#))
    let plan = try found.plan(for: type)
    #expect(plan.matcher?.equalities == [SCIMEquality(path: "userName", value: "a")])
  }

  @Test func `attributes leaves what it names and what is always returned`() throws {
    #expect(
      try projected("userName, NAME.givenName") == ["schemas", "id", "userName", "name(givenName)"])
    #expect(try projected("emails.value,nope") == ["schemas", "id", "emails(value)"])
    #expect(
      try projected("\(SCIMBodies.enterprise):department")
        == ["schemas", "id", "\(SCIMBodies.enterprise)(department)"])
    #expect(
      try projected(SCIMBodies.enterprise)
        == ["schemas", "id", "\(SCIMBodies.enterprise)(employeeNumber department manager)"])
    #expect(try projected(#"emails[type eq "work"]"#).last == "emails(value type primary)")
    #expect(try projected("meta.version").last == "meta(version)")
  }

  @Test func `excludedAttributes takes away, but never what is always returned`() throws {
    let left = try projected(nil, "id,schemas,name.formatted,addresses,\(SCIMBodies.enterprise)")
    #expect(left.prefix(2) == ["schemas", "id"])
    #expect(left.contains("name(familyName givenName)"))
    #expect(!left.contains { $0.hasPrefix("addresses") || $0.hasPrefix("urn:") })
  }

  @Test func `both at once are refused`() {
    #expect(throws: SCIMError.self) { try projected("id", "name") }
  }

  @Test func `request and never are honoured`() throws {
    let vault = SCIMResourceType(
      name: "Vault", description: "", endpoint: "/Vaults",
      schema: SCIMSchema(
        id: "urn:x:Vault", name: "Vault", description: "",
        attributes: [
          SCIMAttribute("label"), SCIMAttribute("notes", returned: .request),
          SCIMAttribute("pin", mutability: .writeOnly, returned: .never),
          SCIMAttribute("serial", returned: .always),
        ]))
    let body = try SCIMBodies.object(
      #"{"schemas":["urn:x:Vault"],"label":"L","notes":"N","pin":"1","serial":"S"}"#)
    let stored = try vault.create(from: body)
    let meta = SCIMMeta(
      id: "v", created: .init(milliseconds: 0), lastModified: .init(milliseconds: 0), version: 1)
    let bytes = SCIMRendering.storedBytes(stored, type: vault, meta: meta)
    func names(_ attributes: String?) throws -> [String] {
      let projection = try attributes.map {
        try SCIMProjection(attributes: $0, excludedAttributes: nil, type: vault)
      }
      let answer = SCIMRendering.answer(
        bytes, type: vault, location: "https://h/Vaults/v", projection: projection)
      return try JSONValue(parsing: answer).object?.members.map(\.name) ?? []
    }
    #expect(try names(nil) == ["schemas", "id", "label", "serial", "meta"])
    #expect(try names("notes,pin") == ["schemas", "id", "notes", "serial"])
  }

  @Test func `a list is an envelope around bytes, empty or not`() throws {
    #expect(
      String(decoding: SCIMListResponse.body(total: 0, startIndex: 1, resources: []), as: UTF8.self)
        == #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"#
        + #""totalResults":0,"startIndex":1,"itemsPerPage":0,"Resources":[]}"#)
    let two = SCIMListResponse.body(
      total: 9, startIndex: 3, resources: [Array(#"{"id":"a"}"#.utf8), Array(#"{"id":"b"}"#.utf8)])
    let object = try JSONValue(parsing: two)
    #expect(object["totalResults"] == 9 && object["itemsPerPage"] == 2)
    #expect(object["Resources"]?.array?.map { $0["id"] } == ["a", "b"])
  }
}
