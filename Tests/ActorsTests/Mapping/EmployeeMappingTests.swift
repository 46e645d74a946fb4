import Testing
import Transport

@testable import Actors

@Suite struct EmployeeMappingTests {
  typealias Mapping = EmployeeMapping
  let now = Timestamp(milliseconds: 1_700_000_000_000)
  let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

  func resource(_ text: String, unknown: JSONValue = [:]) throws -> SCIMResource {
    SCIMResource(
      attributes: try #require(try JSONValue(parsing: text).object),
      unknown: try #require(unknown.object))
  }

  func project(
    _ resource: SCIMResource, onto previous: Mapping.Previous? = nil, settings: JSONValue = [:],
    at time: Timestamp? = nil
  ) -> Employee {
    let connection = Connection(
      id: "cnx_1", consumerId: "csm_1", applicationId: "app_1", serviceId: "okta-scim",
      slug: "abcd", settings: settings.object ?? JSONObject(), createdAt: now)
    return Mapping.standard.project(
      resource, subject: .init(employeeId: "emp_1", remoteId: "2819"), connection: connection,
      previous: previous, now: time ?? now)
  }

  @Test func `every attribute finds its field`() throws {
    let employee = project(try resource(Self.full))
    let expected: KeyValuePairs<EmployeeField, JSONValue> = [
      .id: "emp_1", .remoteId: "2819", .externalId: "00u1", .username: "BJensen@example.com",
      .firstName: "Barbara", .lastName: "Jensen", .middleName: "J", .displayName: "Babs Jensen",
      .preferredName: "Babs", .salutation: "Ms.", .suffix: "III", .email: "b@work.example",
      .workEmail: "b@work.example", .personalEmail: "b@home.example",
      .mobilePhoneNumber: "+1 2", .workPhoneNumber: "+1 1", .jobTitle: "Guide",
      .employmentType: "Full-Time", .employmentTypeNormalized: "employee", .active: true,
      .employmentStatus: "active", .employeeNumber: "701984", .departmentName: "Tours",
      .division: "Park", .companyName: "Universal", .costCenter: "4130",
      .preferredLanguage: "en-US", .locale: "en-US", .timezone: "America/Los_Angeles",
      .avatarUrl: "https://photos.example/f", .profileUrl: "https://login.example/b",
      .roles: [["value": "lead"]], .entitlements: [["value": "gold"]], .startDate: .null,
      .hireDate: .null, .terminationDate: .null, .deactivatedAt: .null, .deleted: false,
      .revision: 1, .groups: [], .createdAt: JSONValue(now.description),
      .connection: ["consumerId": "csm_1", "serviceId": "okta-scim", "connectionId": "cnx_1"],
      .workLocation: [
        "street1": "100 Plaza", "city": "Hollywood", "state": "CA", "postalCode": "91608",
        "country": "US", "formatted": .null,
      ],
      .homeLocation: .null,
    ]
    for (field, value) in expected { #expect(employee[field] == value, "\(field)") }
    #expect(employee[.emails].array?.count == 2 && employee[.phoneNumbers].array?.count == 2)
    #expect(
      employee[.manager] == [
        "id": .null, "remoteId": "26118915", "name": .null, "email": .null,
        "employmentStatus": .null, "resolved": false,
      ])
    #expect(employee[.customFields] == ["ims": [["value": "aim"]]])
  }

  @Test(
    arguments: [
      (#"{"userName":"a@b.c"}"#, "a@b.c"), (#"{"userName":"ab"}"#, nil),
      (#"{"emails":[{"value":"x@y"},{"value":"w@y","type":"work"}]}"#, "w@y"),
      (#"{"emails":[{"value":"x@y"}]}"#, "x@y"),
      (#"{"emails":[{"value":"","primary":true},{"value":"x@y"}]}"#, "x@y"),
    ] as [(String, String?)]) func `the e-mail falls back`(text: String, email: String?) throws
  {
    #expect(project(try resource(text))[.email].string == email)
  }

  @Test(
    arguments: [
      (#"{"displayName":"D","name":{"formatted":"F"}}"#, "D"),
      (#"{"displayName":"","name":{"formatted":"F"}}"#, "F"),
      (#"{"name":{"givenName":"G","familyName":"N"}}"#, "G N"),
      (#"{"name":{"familyName":"N"}}"#, "N"), ("{}", nil),
    ] as [(String, String?)]) func `the display name falls back`(text: String, name: String?) throws
  {
    #expect(project(try resource(text))[.displayName].string == name)
  }

  @Test func `what no rule reads becomes a custom field`() throws {
    let employee = project(
      try resource(#"{"userName":"a","ims":[{"value":""}],"x509Certificates":[{"value":"M"}]}"#),
      "urn:acme:1.0:User", ["shoe": 43, "hat": ""])
    #expect(
      employee[.customFields]
        == ["ims": [["value": .null]], "urn:acme:1.0:User": ["shoe": 43, "hat": .null]])
  }

  func project(_ known: SCIMResource, _ name: String, _ value: JSONValue) -> Employee {
    var resource = known
    resource.unknown[name] = value
    return project(resource)
  }

  @Test func `departments of one name share an id within a connection`() {
    let id = Mapping.departmentId(connectionId: "cnx_1", name: "Tour Operations")
    #expect(
      id.hasPrefix("dep_")
        && id == Mapping.departmentId(connectionId: "cnx_1", name: "TOUR operations"))
    #expect(id != Mapping.departmentId(connectionId: "cnx_2", name: "Tour Operations"))
  }

  @Test(arguments: [
    #""26""#, "26", #"{"value":"26"}"#, #"[{"value":"26"}]"#, #"["26"]"#,
    #"{"displayName":"26"}"#,
  ]) func `a manager may come in any shape`(shape: String) throws {
    let resource = try resource("{\"\(enterprise)\":{\"manager\":\(shape)}}")
    #expect(Mapping.managerReference(of: resource)?.text == "26")
  }

  @Test func `a manager found stays until the reference changes`() throws {
    let first = try resource("{\"\(enterprise)\":{\"manager\":{\"value\":\"26\"}}}")
    var employee = project(first)
    var boss = Employee()
    boss[.id] = "emp_26"
    employee.resolveManager(as: boss)
    let same = project(first, onto: .init(employee: employee, resource: first))
    #expect(same.managerId == "emp_26" && same.revision == employee.revision)
    let other = try resource("{\"\(enterprise)\":{\"manager\":{\"value\":\"27\"}}}")
    let moved = project(other, onto: .init(employee: employee, resource: first))
    #expect(moved.managerId == nil && moved[.manager]["remoteId"] == "27")
  }

  @Test func `nothing changed means the same bytes`() throws {
    let resource = try resource(Self.full)
    let before = project(resource)
    let later = now.advanced(by: .seconds(60))
    let after = project(resource, onto: .init(employee: before, resource: resource), at: later)
    #expect(after.bytes == before.bytes)
  }

  @Test func `deactivation keeps its moment until the person is back`() throws {
    let on = try resource(#"{"userName":"a","active":true}"#)
    let off = try resource(#"{"userName":"a","active":false}"#)
    let hired = project(on)
    let left = now.advanced(by: .seconds(60))
    let gone = project(off, onto: .init(employee: hired, resource: on), at: left)
    #expect(gone[.employmentStatus] == "inactive" && gone.revision == 2)
    #expect(gone[.deactivatedAt] == JSONValue(left.description))
    let still = project(
      off, onto: .init(employee: gone, resource: off), at: left.advanced(by: .seconds(9)))
    #expect(still.bytes == gone.bytes)
    let back = project(on, onto: .init(employee: gone, resource: off))
    #expect(back[.deactivatedAt] == .null && back.revision == 3)
    let left2 = project(off, settings: ["deactivatedStatus": "terminated"])
    #expect(left2[.employmentStatus] == "terminated")
  }

  static let full = """
    {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"00u1",
    "userName":"BJensen@example.com","name":{"formatted":"Ms. Barbara J Jensen III",
    "familyName":"Jensen","givenName":"Barbara","middleName":"J","honorificPrefix":"Ms.",
    "honorificSuffix":"III"},"displayName":"Babs Jensen","nickName":"Babs",
    "profileUrl":"https://login.example/b","title":"Guide","userType":"Full-Time",
    "preferredLanguage":"en-US","locale":"en-US","timezone":"America/Los_Angeles","active":true,
    "emails":[{"value":"b@home.example","type":"home"},
    {"value":"b@work.example","type":"work","primary":true}],
    "phoneNumbers":[{"value":"+1 1","type":"work"},{"value":"+1 2","type":"mobile"}],
    "ims":[{"value":"aim"}],"photos":[{"value":"https://photos.example/t","type":"thumbnail"},
    {"value":"https://photos.example/f","type":"photo"}],
    "addresses":[{"type":"work","streetAddress":"100 Plaza","locality":"Hollywood",
    "region":"CA","postalCode":"91608","country":"US"}],
    "entitlements":[{"value":"gold"}],"roles":[{"value":"lead"}],
    "x509Certificates":[{"value":"MIID"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":701984,
    "costCenter":"4130","organization":"Universal","division":"Park","department":"Tours",
    "manager":{"value":"26118915"}}}
    """
}
