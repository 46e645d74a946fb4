import Testing
import Transport

@testable import Actors

/// Schemas and resource types as files bring them.
@Suite struct SCIMDefinitionTests {
  private func fault(_ attributes: String, id: String = "urn:a:b") -> String? {
    var builder = SCIMCatalogBuilder()
    do throws(any Error) {
      try builder.addSchemas(
        JSONValue(parsing: #"{"id":"\#(id)","attributes":[\#(attributes)]}"#))
      return nil
    } catch { return "\(error)" }
  }

  @Test(arguments: [
    (#"{"type":"string"}"#, "schema urn:a:b, an attribute: name is missing"),
    (#"{"name":"a"}"#, "attribute a: type is missing"),
    (
      #"{"name":"m","type":"complex","subAttributes":[{"name":"value","type":"text"}]}"#,
      "attribute m.value: type must be one of string, boolean, decimal, integer, dateTime, binary, "
        + "reference, complex, not text"
    ),
    (
      #"{"name":"a","type":"string","mutability":"sometimes"}"#,
      "attribute a: mutability must be one of readOnly, readWrite, immutable, writeOnly, "
        + "not sometimes"
    ),
    (
      #"{"name":"a","type":"string","returned":"no"}"#,
      "attribute a: returned must be one of always, never, default, request, not no"
    ),
    (
      #"{"name":"a","type":"string","uniqueness":"world"}"#,
      "attribute a: uniqueness must be one of none, server, global, not world"
    ),
    (
      #"{"name":"a","type":"boolean","uniqueness":"server"}"#,
      "attribute a: boolean cannot be unique"
    ),
    (
      #"{"name":"a","type":"string","required":"yes"}"#,
      "attribute a: required must be true or false"
    ),
    (
      #"{"name":"a","type":"string","requierd":true}"#,
      "attribute a: requierd is none of name, type, multiValued, description, required, "
        + "canonicalValues, caseExact, mutability, returned, uniqueness, referenceTypes, "
        + "subAttributes"
    ),
    (#"{"name":"a","type":"string","Name":"b"}"#, "attribute a: Name is said twice"),
    (
      #"{"name":"a","type":"string","canonicalValues":"x"}"#,
      "attribute a: canonicalValues must be a list"
    ),
    (
      #"{"name":"a","type":"string","canonicalValues":["x","x"]}"#,
      "attribute a: canonicalValues has x twice"
    ),
    (
      #"{"name":"a","type":"string","canonicalValues":[1]}"#,
      "attribute a: canonicalValues must be a list of strings"
    ),
    (
      #"{"name":"a","type":"string","referenceTypes":["User"]}"#,
      "attribute a: only reference has referenceTypes, not string"
    ),
    (
      #"{"name":"a","type":"string","subAttributes":[{"name":"b","type":"string"}]}"#,
      "attribute a: only complex has subAttributes, not string"
    ),
    (#"{"name":"a","type":"complex"}"#, "attribute a: complex needs subAttributes"),
    (
      #"{"name":"a","type":"complex","subAttributes":[{"name":"b","type":"complex"}]}"#,
      "attribute a.b: complex cannot be inside complex"
    ),
    (
      #"{"name":"a","type":"string"},{"name":"A","type":"string"}"#,
      "attribute A: is defined twice"
    ),
    (
      #"{"name":"c","type":"complex","subAttributes":[{"name":"a","type":"string"},{"name":"a","type":"string"}]}"#,
      "attribute c.a: is defined twice"
    ),
    (
      #"{"name":"1a","type":"string"}"#,
      "attribute 1a: a name is a letter followed by letters, digits, - and _"
    ),
    (
      #"{"name":"a.b","type":"string"}"#,
      "attribute a.b: a name is a letter followed by letters, digits, - and _"
    ),
    (
      #"{"name":"$ref","type":"reference"}"#,
      "attribute $ref: a name is a letter followed by letters, digits, - and _"
    ),
    ("7", "schema urn:a:b, an attribute: must be an object"),
    ("", "schema urn:a:b: attributes is missing"),
  ])
  func `a wrong attribute is named with the rule it breaks`(attributes: String, words: String) {
    #expect(fault(attributes) == words)
  }

  @Test func `a schema needs a URN of its own`() {
    let attribute = #"{"name":"a","type":"string"}"#
    for id in ["device", "urn:x", "urn::y", "urn:a:b c", "http://a/b"] {
      #expect(fault(attribute, id: id)?.contains("id must be a URN") == true, "\(id)")
    }
    #expect(fault(attribute, id: "")?.contains("id is missing") == true)
    for taken in [SCIMSchema.user, .group, .enterpriseUser, .schema] {
      #expect(fault(attribute, id: taken.id.uppercased())?.hasSuffix("is defined already") == true)
    }
    #expect(fault(attribute) == nil)
  }

  @Test(arguments: [
    (#""endpoint":"/A","schema":"urn:a:b""#, "resource type: name is missing"),
    (#""name":"A","schema":"urn:a:b""#, "resource type A: endpoint is missing"),
    (#""name":"A","endpoint":"/A""#, "resource type A: schema is missing"),
    (
      #""name":"A","endpoint":"A","schema":"urn:a:b""#,
      "resource type A: endpoint must start with a slash, as /Devices does"
    ),
    (
      #""name":"A","endpoint":"/bulk","schema":"urn:a:b""#,
      "resource type A: endpoint /Bulk is the protocol's own"
    ),
    (
      #""name":"A","endpoint":"/.search","schema":"urn:a:b""#,
      "resource type A: endpoint /.search is the protocol's own"
    ),
    (
      #""name":"A","endpoint":"/A/B","schema":"urn:a:b""#,
      "resource type A: endpoint is one segment of letters, digits, -, . and _"
    ),
    (
      #""name":"A","endpoint":"/users","schema":"urn:a:b""#,
      "resource type A: endpoint /users is taken"
    ),
    (
      #""name":"A","endpoint":"/groups","schema":"urn:a:b""#,
      "resource type A: endpoint /groups is taken"
    ),
    (
      #""name":"A","endpoint":"/A","schema":"urn:a:c""#,
      "resource type A: schema urn:a:c is not loaded"
    ),
    (
      #""name":"A","endpoint":"/A","schema":"urn:a:b","schemaExtensions":[{"schema":"urn:a:b"}]"#,
      "resource type A, schemaExtensions: urn:a:b is named twice"
    ),
    (
      #""name":"A","endpoint":"/A","schema":"urn:a:b","schemaExtensions":[{"required":true}]"#,
      "resource type A, schemaExtensions: schema is missing"
    ),
    (
      #""name":"A","endpoint":"/A","schema":"urn:a:id""#,
      "attribute ID: every resource has it; leave it out of urn:a:id"
    ),
    (
      #""name":"User","endpoint":"/Users","schema":"urn:a:b""#,
      "resource type User: must stay at /Users with schema \(SCIMBodies.core)"
    ),
    (
      #""name":"User","endpoint":"/People","schema":"\#(SCIMBodies.core)""#,
      "resource type User: must stay at /Users with schema \(SCIMBodies.core)"
    ),
    (
      #""name":"Person","endpoint":"/People","schema":"\#(SCIMBodies.core)""#,
      "resource type Person: schema \(SCIMBodies.core) belongs to the built-in type"
    ),
  ])
  func `a wrong resource type is named with the rule it breaks`(
    members: String, words: String
  ) throws {
    var builder = SCIMCatalogBuilder()
    try builder.addSchemas(
      JSONValue(
        parsing: """
          [{"id":"urn:a:b","attributes":[{"name":"a","type":"string"}]},
           {"id":"urn:a:id","attributes":[{"name":"ID","type":"string"}]}]
          """))
    let definition = try JSONValue(parsing: "{\(members)}")
    #expect {
      try builder.addResourceTypes(definition)
    } throws: {
      "\($0)" == words
    }
  }

  @Test func `one name is defined once, and nothing is no definition`() throws {
    var builder = SCIMCatalogBuilder()
    try builder.addSchemas(JSONValue(parsing: SCIMDefinitions.schemas))
    let type = try JSONValue(parsing: SCIMDefinitions.resourceType())
    #expect(throws: SCIMDefinitionError("resource type Device", "is defined twice")) {
      try builder.addResourceTypes([type, type])
    }
    for nothing in ["[]", "7", #"{"Resources":[]}"#] {
      let nothing = try JSONValue(parsing: nothing)
      #expect(throws: SCIMDefinitionError.self) { try builder.addSchemas(nothing) }
      #expect(throws: SCIMDefinitionError.self) { try builder.addResourceTypes(nothing) }
    }
  }

  @Test func `extensions are added to User by defining it again`() throws {
    var builder = SCIMCatalogBuilder()
    try builder.addSchemas(JSONValue(parsing: SCIMDefinitions.schemas))
    let user = try JSONValue(
      parsing: """
        {"name":"User","endpoint":"/Users","schema":"\(SCIMBodies.core)","schemaExtensions":[
        {"schema":"\(SCIMBodies.enterprise)"},{"schema":"\(SCIMDefinitions.lease)"}]}
        """)
    try builder.addResourceTypes(user)
    let type = try #require(builder.catalog.resourceType(named: "User"))
    #expect(builder.catalog.types.filter { $0.name == "User" }.count == 1)
    #expect(type.extensions.map(\.schema.name) == ["EnterpriseUser", "Lease"])
    let made = try type.create(
      from: SCIMBodies.user(
        #""userName":"a","\#(SCIMDefinitions.lease)":{"until":"2030-01-01T00:00:00Z"}"#))
    #expect(made.attributes["schemas"]?.array?.count == 2)
  }

  @Test func `every characteristic RFC 7643 gives User, Group and the extension loads as built in`()
    throws
  {
    for (builtIn, definition) in zip(
      [SCIMSchema.user, .group, .enterpriseUser], try SCIMCharacteristics.definitions())
    {
      let loaded = try SCIMSchema(definition: definition)
      #expect(loaded.id == builtIn.id)
      #expect(loaded.attributes.all.count == builtIn.attributes.all.count)
      for (new, old) in zip(loaded.attributes.all, builtIn.attributes.all) {
        #expect(plain(new.definition) == plain(old.definition))
      }
    }
  }

  /// Without descriptions, which are our own words.
  private func plain(_ definition: JSONObject) -> JSONObject {
    var plain = definition
    plain["description"] = .none
    plain["subAttributes"] = plain["subAttributes"]?.array.map { subs in
      .array(subs.map { .object(self.plain($0.object ?? JSONObject())) })
    }
    return plain
  }

  @Test func `what discovery shows can be loaded again`() throws {
    let catalog = try SCIMDefinitions.catalog()
    let discovery = SCIMDiscovery(catalog: catalog, baseURL: "http://h/scim")
    let shown = try JSONValue(parsing: #require(discovery.schema(SCIMDefinitions.device)))
    let device = try #require(catalog.schema(SCIMDefinitions.device))
    let again = try SCIMSchema(definition: shown)
    #expect(again.attributes.all.map(\.definition) == device.attributes.all.map(\.definition))
    let type = try JSONValue(parsing: #require(discovery.resourceType("Device")))
    let loaded = try SCIMResourceType(definition: type, schemas: catalog.schemas)
    #expect(loaded.endpoint == "/Devices")
    #expect(loaded.extensions.map(\.required) == [false])
  }
}

extension SCIMCharacteristics {
  /// The table as RFC 7643 §7 writes it in JSON.
  static func definitions() throws -> [JSONValue] {
    var schemas = [(id: String, attributes: [JSONObject])]()
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# ") {
        schemas.append((String(line.dropFirst(2)), []))
        continue
      }
      let attribute = JSONObject(line: line)
      let (last, isSub) = (schemas.count - 1, line.hasPrefix(" "))
      guard isSub, var owner = schemas[last].attributes.popLast() else {
        schemas[last].attributes.append(attribute)
        continue
      }
      owner["subAttributes"] = .array(
        (owner["subAttributes"]?.array ?? []) + [.object(attribute)])
      schemas[last].attributes.append(owner)
    }
    return schemas.map { schema in
      ["id": .string(schema.id), "attributes": .array(schema.attributes.map { .object($0) })]
    }
  }
}

extension JSONObject {
  /// One line of the table.
  fileprivate init(line: Substring) {
    self.init()
    var words = line.split(separator: " ").map(String.init)[...]
    self["name"] = .string(words.removeFirst())
    self["type"] = .string(words.removeFirst())
    for flag in ["multiValued", "required", "caseExact"] where words.contains(flag) {
      self[flag] = true
    }
    words.removeAll { self[$0] != nil }
    for (name, word) in zip(["mutability", "returned", "uniqueness"], words) {
      self[name] = .string(word)
    }
    for (prefix, name) in [("values=", "canonicalValues"), ("refers=", "referenceTypes")] {
      guard let word = words.first(where: { $0.hasPrefix(prefix) }) else { continue }
      self[name] = .array(
        word.dropFirst(prefix.count).split(separator: ",").map { .string(String($0)) })
    }
  }
}
