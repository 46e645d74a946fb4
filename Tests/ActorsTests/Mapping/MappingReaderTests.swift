import Testing
import Transport

@testable import Actors

@Suite("A mapping is checked when it is saved")
struct MappingReaderTests {
  private func refusal(_ mapping: JSONValue) -> MappingReader.Fault? {
    do throws(MappingReader.Fault) {
      _ = try MappingReader.read(mapping)
      return nil
    } catch {
      return error
    }
  }

  @Test func `every form of the language is taken`() {
    let mapping: JSONValue = [
      "jobTitle": "title", "departmentName": ["path": "urn:example:1.0:User:unit.name"],
      "personalEmail": #"emails[type eq "home" and primary eq true].value"#,
      "costCenter": ["first": [["upper": "costCenter"], ["constant": 7], ["lower": "nickName"]]],
      "employmentType": [
        "lookup": [
          "of": "userType", "table": ["E": "Employee", "C": "Contractor"], "default": "x",
        ]
      ],
      "middleName": ["constant": nil], "customFields.t-shirt_2": "shirt",
      "groups": [
        ["prefix": "team-", "type": "team", "team": true], ["suffix": "-admins", "type": "admin"],
        ["contains": "all", "type": "everybody"], ["equals": "Staff", "team": true],
      ],
    ]
    #expect(refusal(mapping) == nil)
  }

  @Test(
    arguments: [
      (["jobTitel": "title"], "jobTitel", "no field"),
      (["id": "title"], "id", "tells people apart"), (["username": "title"], "username", "apart"),
      (["departmentId": "title"], "departmentId", "departmentName"),
      (["active": "title"], "active", "deactivatedStatus"),
      (["manager": "title"], "manager", "found by the server"),
      (["customFields": "title"], "customFields", "customFields.badge"),
      (["revision": "title"], "revision", "server's own"),
      (["customFields.": "title"], "customFields.", "needs a name"),
      (["customFields.a.b": "title"], "customFields.a.b", "needs a name"),
      (["jobTitle": 7], "jobTitle", "must be a path"),
      (["jobTitle": ["path": 7]], "jobTitle.path", "must be a text"),
      (["jobTitle": ["first": []]], "jobTitle.first", "1 to 16"),
      (["jobTitle": ["first": ["title", ["paht": "x"]]]], "jobTitle.first[1].paht", "not one of"),
      (["jobTitle": "ti tle"], "jobTitle", "no path"), (["jobTitle": ""], "jobTitle", "no path"),
      (["jobTitle": "password"], "jobTitle", "not kept"),
      (["jobTitle": "meta.created"], "jobTitle", "server's own"),
      (["jobTitle": "groups.display"], "jobTitle", "rules for groups"),
      (["jobTitle": #"title[type eq "x"]"#], "jobTitle", "no elements"),
      (["jobTitle": #"shoes[type eq "x"].size"#], "jobTitle", "no schema knows"),
      (["jobTitle": #"emails[type eqq "x"].value"#], "jobTitle", "malformed"),
      (["jobTitle": ["constant": []]], "jobTitle.constant", "must be a text"),
      (["jobTitle": ["lookup": ["of": "title"]]], "jobTitle.lookup", "of and table"),
      (
        ["jobTitle": ["lookup": ["of": "title", "table": ["a": []]]]],
        "jobTitle.lookup.table.a", "must be a text"
      ),
      (
        ["jobTitle": ["lookup": ["of": "title", "table": ["a": 1], "defualt": 2]]],
        "jobTitle.lookup.defualt", "not one of"
      ),
      (["groups": [["prefix": "x"]]], "groups[0]", "must say a type"),
      (["groups": [["prefix": "x", "suffix": "y", "type": "t"]]], "groups[0]", "one of prefix"),
      (["groups": [["prefix": "x", "typ": "t"]]], "groups[0].typ", "not one of"),
      (["groups": [["equals": "x", "team": "yes"]]], "groups[0].team", "true or false"),
      (
        ["groups": [["equals": "x", "team": true]], "customFields.team": "title"],
        "customFields.team", "rule for groups"
      ),
      ([], "", "must be an object"),
    ] as [(JSONValue, String, String)])
  func `a mistake is named with its member`(
    mapping: JSONValue, member: String, detail: String
  ) throws {
    let fault = try #require(refusal(mapping))
    #expect(fault.member == member)
    #expect(fault.detail.contains(detail), "\(fault.detail)")
  }

  @Test func `a mapping has bounds`() {
    var deep: JSONValue = "title"
    for _ in 0..<MappingReader.depthLimit { deep = ["lower": deep] }
    #expect(refusal(["jobTitle": deep])?.detail.contains("nested") == true)
    var many = JSONObject()
    for number in 0...MappingReader.fieldLimit { many["customFields.f\(number)"] = "title" }
    many["jobTitle"] = "title"
    #expect(refusal(.object(many))?.detail.contains("64 fields") == true)
    let long = JSONValue(String(repeating: "x", count: MappingReader.textLimit + 1))
    #expect(refusal(["jobTitle": long]) != nil && refusal(["jobTitle": ["constant": long]]) != nil)
    let wide: JSONValue = ["first": .array(Array(repeating: "title", count: 16))]
    var broad = JSONObject()
    for number in 0..<30 { broad["customFields.f\(number)"] = wide }
    #expect(refusal(.object(broad))?.detail.contains("500 expressions") == true)
    broad["customFields.f29"] = "title"
    #expect(refusal(.object(broad)) == nil, "29 × 17 + 1")
    let rules = Array(repeating: ["equals": "x", "type": "y"] as JSONValue, count: 51)
    #expect(refusal(["groups": .array(rules)])?.member == "groups")
  }

  @Test func `names of a schema are known in any case, and enterprise's without their URN`() throws
  {
    let source = try MappingSource(parsing: "NAME.givenname")
    #expect(source.names == ["name", "givenName"])
    #expect(try MappingSource(parsing: "DEPARTMENT").names.last == "department")
  }

  @Test func `a group's rule knows its name in any case and leaves the team`() {
    let rules: JSONValue = [
      "groups": [
        ["prefix": "Team ", "type": "team", "team": true], ["suffix": "-squad", "team": true],
        ["contains": "admin", "type": "admin"], ["equals": "team ", "type": "never"],
      ]
    ]
    let mapping = ConnectionMapping(JSONObject([.init(name: "mapping", value: rules)]))
    #expect(mapping.groupType("TEAM Ice") == "team" && mapping.groupType("Ice-squad") == nil)
    #expect(mapping.groupType("The Admins") == "admin" && mapping.groupType("Others") == nil)
    func team(_ names: String...) -> String? {
      mapping.team(of: names.map { GroupSummary(id: "g", name: $0, type: nil) })
    }
    #expect(team("Admins", "team  Ice Cream") == "Ice Cream")
    #expect(team("Ice-Squad", "Team B") == "Ice" && team("Others") == nil)
    #expect(team("Team ") == "Team ", "a name is never empty")
  }
}
