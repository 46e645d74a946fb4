import Actors
import Testing
import Transport

@testable import Pipeline

struct FieldCensusTests {
  @Test func `every field that a rule fills has a source, and none twice`() {
    let fields = FieldSource.all.map(\.field)
    #expect(Set(fields).count == fields.count)
    let server: Set<EmployeeField> = [
      .id, .remoteId, .workEmail, .employmentTypeNormalized, .employmentStatus, .departmentId,
      .groupsTruncated, .createdAt, .updatedAt, .deactivatedAt, .deleted, .deletedAt, .revision,
      .connection, .customFields,
    ]
    #expect(Set(fields).union(server) == Set(EmployeeField.allCases))
    #expect(Set(fields).isDisjoint(with: server))
  }

  @Test func `what is empty was not sent, what a deleted one had was sent once`() {
    var (here, gone) = (Employee(), Employee())
    here[.firstName] = "Ann"
    here[.lastName] = ""
    here[.emails] = []
    here[.workLocation] = ["city": nil, "country": nil]
    here[.customFields] = ["shoe": 42, "hat": nil]
    gone[.lastName] = "Lee"
    gone[.deleted] = true
    var census = FieldCensus()
    census.add(RenderedEmployee(here.bytes), isMember: true)
    census.add(RenderedEmployee(gone.bytes), isMember: false)
    #expect(census.employees == .init(now: 1, ever: 2))
    #expect(census.fields[.firstName] == .init(now: 1, ever: 1))
    #expect(census.fields[.lastName] == .init(now: 0, ever: 1))
    #expect(census.fields[.groups] == .init(now: 1, ever: 1))
    #expect(census.fields[.emails] == nil && census.fields[.workLocation] == nil)
    #expect(census.custom == ["shoe": .init(now: 1, ever: 1)])
  }

  @Test func `a rule of the connection stands in for the attribute`() throws {
    var connection = Connection(
      id: "cnx_1", consumerId: "csm_1", applicationId: "app_1", serviceId: "scim", slug: "abcd",
      createdAt: Timestamp(milliseconds: 0))
    let hired = try #require(FieldSource.all.first { $0.field == .hireDate })
    let title = try #require(FieldSource.all.first { $0.field == .jobTitle })
    #expect(hired.attribute(in: connection) == nil)
    connection.settings["mapping"] = ["hireDate": "urn:example:User:hired"]
    #expect(hired.attribute(in: connection) == "settings.mapping")
    #expect(title.attribute(in: connection) == "title")
    connection.settings["mapping"] = [
      "jobTitle": ["constant": "Guide"], "customFields.badge": "badge",
      "customFields.site": ["constant": 1],
      "groups": [["prefix": "team-", "team": true]],
    ]
    #expect(title.attribute(in: connection) == nil, "nobody sends a constant")
    let groups = try #require(FieldSource.all.first { $0.field == .groups })
    #expect(groups.attribute(in: connection) == "Group members")
    let custom = ["badge", "site", "team", "shoe"].map {
      FieldSource.attribute(ofCustomField: $0, in: connection)
    }
    #expect(custom == ["settings.mapping", nil, "settings.mapping", "shoe"])
  }
}
