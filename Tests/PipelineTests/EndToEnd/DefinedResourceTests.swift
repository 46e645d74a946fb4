import TestSupport
import Testing
import Transport

/// A kind of resource that only files define, served over HTTP like a built-in one.
@Suite(.timeLimit(.minutes(5)))
struct DefinedResourceTests {
  private static let device = "urn:example:params:scim:schemas:Device"

  /// Flags that name the two files, which are written first.
  private func flags(in files: TemporaryDirectory) throws -> [String] {
    let (schema, type) = (files.file("schema.json"), files.file("type.json"))
    let definition: JSONValue = [
      "id": .string(Self.device),
      "attributes": [
        ["name": "serial", "type": "string", "required": true, "uniqueness": "server"],
        ["name": "cores", "type": "integer"],
        ["name": "notes", "type": "string", "returned": "request"],
        [
          "name": "ports", "type": "complex", "multiValued": true,
          "subAttributes": [
            ["name": "value", "type": "string"], ["name": "type", "type": "string"],
          ],
        ],
      ],
    ]
    try FileSystem.replace(schema, with: definition.bytes)
    let served: JSONValue = [
      "name": "Device", "endpoint": "/Devices", "schema": .string(Self.device),
    ]
    try FileSystem.replace(type, with: served.bytes)
    return ["--schema", schema, "--resource-type", type]
  }

  private func body(_ members: [JSONObject.Member]) -> JSONValue {
    .object(JSONObject([.init(name: "schemas", value: [.string(Self.device)])] + members))
  }

  @Test func `it is created, found, patched, replaced and deleted, and outlives a restart`()
    async throws
  {
    let files = TemporaryDirectory()
    defer { withExtendedLifetime(files) {} }
    let server = try await TestServer.started(try flags(in: files))
    let client = try server.okta()
    let made = try await client.post(
      "/Devices",
      body([
        .init(name: "serial", value: "S1"), .init(name: "cores", value: 4),
        .init(name: "notes", value: "n"),
      ]))
    #expect(made.status == 201 && made["notes"] == nil)
    let id = try #require(made["id"]?.string)
    let twin = try await client.post("/Devices", body([.init(name: "serial", value: "s1")]))
    #expect(twin.status == 409)
    let wrong = try await client.post(
      "/Devices", body([.init(name: "serial", value: "S2"), .init(name: "cores", value: "many")]))
    #expect(wrong.status == 400 && wrong.detail.contains("cores"))
    for filter in ["serial%20eq%20%22s1%22", "cores%20gt%203", "not%20(ports%20pr)"] {
      let found = try await client.get("/Devices?filter=\(filter)")
      #expect(found["totalResults"] == 1, "\(filter)")
    }
    let named = try await client.get("/Devices?attributes=notes")
    #expect(named.resources.first?["notes"] == "n")
    let patched = try await client.patch(
      "/Devices/\(id)",
      [
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [["op": "add", "path": #"ports[type eq "usb"].value"#, "value": "p"]],
      ])
    #expect(patched["ports"]?.text == #"[{"value":"p","type":"usb"}]"#)

    await server.stop()
    try await server.start()
    let again = try server.okta()
    #expect(try await again.get("/Devices/\(id)")["cores"] == 4)
    let put = try await again.put("/Devices/\(id)", body([.init(name: "serial", value: "S3")]))
    #expect(put.status == 200 && put["cores"] == nil && put["ports"] == nil)
    #expect(try await again.delete("/Devices/\(id)").status == 204)
    #expect(try await again.get("/Devices/\(id)").status == 404)
    #expect(try await again.get("/Users")["totalResults"] == 0)
  }
}
