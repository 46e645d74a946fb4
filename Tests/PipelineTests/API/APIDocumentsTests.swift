import Testing
import Transport

@testable import Pipeline

/// What the API tells of itself, as tools and browsers fetch it.
@Suite struct APIDocumentsTests {
  @Test(arguments: ["/openapi.json", "/api/openapi.json"])
  func `the OpenAPI document needs no credential and tells every route`(_ path: String) async {
    let answer = await APIHarness().send("GET", path)
    #expect(answer.status == 200)
    #expect(answer.fields["content-type"] == "application/json")
    #expect(answer.json["openapi"] == "3.1.0")
    let paths = answer.json["paths"]
    var told: Set<String> = []
    for (item, path) in (paths?.object?.members ?? []).map({ ($0.value, $0.name) }) {
      for member in item.object?.members ?? [] {
        let id = member.value["operationId"]?.string ?? ""
        #expect(told.insert(id).inserted, "\(path)")
        #expect(member.value["responses"]?["400"] != nil, "\(id)")
      }
    }
    #expect(told == Set(APIRoutes.documented.map(\.operation.id)))
    #expect(!answer.text.contains("/owner/"))
  }

  @Test func `every reference in the OpenAPI document leads somewhere`() {
    let document = OpenAPIDocument(publicURL: "https://scim.example.com").json
    #expect(document["servers"]?.array?.first?["url"] == "https://scim.example.com/api")
    for reference in Self.references(in: document) {
      var value: JSONValue? = document
      for part in reference.split(separator: "/").dropFirst() { value = value?[String(part)] }
      #expect(value != nil, "\(reference)")
    }
  }

  @Test func `a route tells its refusals, and one that makes something how to go on`() {
    let paths = OpenAPIDocument(publicURL: "").json["paths"]
    let make = paths?["/consumers"]?["post"]
    let statuses = make?["responses"]?.object?.members.map(\.name) ?? []
    #expect(statuses == ["201", "400", "401", "403", "409", "413", "415", "503"])
    let links = make?["responses"]?["201"]?["links"]?.object?.members.map(\.name) ?? []
    #expect(links == ["getConsumer", "updateConsumer", "deleteConsumer"])
    let revoke = paths?["/auth"]?["delete"]
    #expect(
      revoke?["responses"]?.object?.members.map(\.name) == [
        "204", "400", "401", "409", "429", "503",
      ])
    #expect(revoke?["security"] == [["application": []], ["consumer": []]])
    let erase = paths?["/hris/employees/{id}"]?["delete"]
    #expect(erase?["responses"]?["409"] != nil)
    let open = paths?["/auth"]?["post"]
    #expect(open?["security"] == [])
    #expect(make?["security"] == [["application": []]])
  }

  @Test func `the explorer loads nothing, runs only its own script and ends in no text of ours`()
    async
  {
    let answer = await APIHarness().send("GET", "/api/explorer")
    #expect(answer.status == 200)
    #expect(answer.fields["content-type"] == "text/html; charset=utf-8")
    let policy = answer.fields["content-security-policy"] ?? ""
    #expect(policy.hasPrefix("default-src 'none'; script-src 'sha256-"))
    #expect(!policy.contains("unsafe"))
    #expect(!answer.text.contains("src=") && !answer.text.contains("<link"))
    #expect(answer.text.components(of: "</script>") == 2)
    for route in APIRoutes.documented { #expect(answer.text.contains(route.operation.id)) }
  }

  private static func references(in value: JSONValue) -> Set<String> {
    switch value {
    case .object(let object):
      object.members.reduce(into: []) { found, member in
        if member.name == "$ref", let text = member.value.string {
          found.insert(text)
        } else {
          found.formUnion(references(in: member.value))
        }
      }
    case .array(let elements): elements.reduce(into: []) { $0.formUnion(references(in: $1)) }
    default: []
    }
  }
}

extension String {
  /// How often a text stands in it.
  fileprivate func components(of part: String) -> Int {
    ranges(of: part).count
  }
}
