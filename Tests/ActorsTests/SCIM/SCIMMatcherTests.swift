import Testing
import Transport

@testable import Actors

@Suite struct SCIMMatcherTests {
  private let type = SCIMResourceType.user

  private func user() throws -> [UInt8] {
    let body = try SCIMBodies.user(
      #""userName":"Ada@Example.com","externalId":"00uA","active":true,"title":"Ärztin","#
        + #""name":{"familyName":"O'Malley"},"emails":[{"value":"ada@example.com","type":"work","#
        + #""primary":true},{"value":"ada@home.org","type":"home"}],"addresses":[{"region":"R"}],"#
        + #""\#(SCIMBodies.enterprise)":{"department":"Tools","manager":{"value":"m1"}}"#)
    let meta = SCIMMeta(
      id: "u1", created: .init(milliseconds: 1_500_000_000_000),
      lastModified: .init(milliseconds: 1_500_000_000_000), version: 7)
    return try type.render(
      type.create(from: body), meta: meta, baseURL: "https://h/scim/v2/s",
      groups: [["value": "g1"]]
    ).bytes
  }

  @Test(arguments: [
    #"userName eq "ada@example.com""#, #"USERNAME EQ "ADA@EXAMPLE.COM""#, #"userName sw "ADA""#,
    #"userName ew ".COM""#, #"userName co "@ex""#, #"externalId eq "00uA""#, #"id eq "u1""#,
    #"title eq "ÄRZTIN""#, #"title sw "a\u0308""#, #"active eq true"#, #"active eq "True""#,
    #"active ne false"#, #"name.familyName co "O'm""#, #"emails co "home""#,
    #"emails.type eq "work""#, #"emails[type eq "home" and value ew "org"]"#,
    #"emails.type eq "work" and emails.value co "home""#, #"emails.type ne "work""#,
    #"emails[type eq "work"].value eq "ADA@example.com""#, #"emails pr"#, #"name pr"#,
    #"not (nickName pr)"#, #"nickName eq null"#, #"nickName ne "x""#, #"title ne null"#,
    #"manager eq "m1""#, #"department eq "tools""#, #"groups eq "g1""#, #"groups.value eq "g1""#,
    #"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "tools""#,
    #"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr"#,
    #"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#,
    #"meta.lastModified gt "2017-07-14T02:39:59Z""#,
    #"meta.lastModified eq "2017-07-14T04:40:00+02:00""#, #"meta.version eq "W/\"7\"""#,
    #"meta.resourceType eq "User""#, #"userName gt "aaa" and userName lt "b""#,
    #"meta.created co "T02:40""#, #"meta.location ew "/Users/u1""#,
    #"id eq "u1" and manager eq "m1""#, #"unheardOf eq null"#, #"not (unheardOf eq "x")"#,
    #"nickName pr or title pr and active eq true"#,
  ])
  func `a filter that holds matches`(filter: String) throws {
    #expect(try SCIMMatcher(SCIMFilter(parsing: filter), type: type).matches(user()))
  }

  @Test(arguments: [
    #"userName eq "ada""#, #"externalId eq "00ua""#, #"id eq "U1""#, #"active eq false"#,
    #"emails[type eq "work" and value co "home"]"#, #"emails[type eq "work"].value ew "org""#,
    #"nickName pr"#, #"nickName co "x""#, #"manager eq "M1""#, #"unheardOf eq "x""#,
    #"unheardOf ne "x""#, #"unheardOf pr"#, #"unheardOf[type eq "x"]"#, #"name.unheardOf eq "x""#,
    #"meta.lastModified lt "2017-07-14T02:40:00.000Z""#, #"title eq null"#,
    #"urn:x:y:z eq "a""#, #"password eq "x""#,
  ])
  func `a filter that does not hold matches nothing`(filter: String) throws {
    #expect(try !SCIMMatcher(SCIMFilter(parsing: filter), type: type).matches(user()))
  }

  @Test(arguments: [
    #"active gt true"#, #"active co "t""#, #"active eq "perhaps""#, #"name eq "x""#,
    #"addresses eq "x""#, #"x509Certificates.value gt "x""#, #"userName eq true"#,
    #"title gt null"#, #"meta.lastModified gt "yesterday""#, #"userName[type eq "x"]"#,
    #"emails[active eq "x" and primary lt false]"#,
  ])
  func `what a type forbids is invalidFilter`(filter: String) throws {
    let parsed = try SCIMFilter(parsing: filter)
    do {
      _ = try SCIMMatcher(parsed, type: type)
      Issue.record("\(filter) was taken")
    } catch {
      #expect(error.scimType == .invalidFilter)
      #expect(error.detail.hasPrefix("Filter at character "))
    }
  }

  @Test(arguments: [
    (#"userName eq "a""#, ["userName=a"]), (#"emails eq "a""#, ["emails.value=a"]),
    (#"emails[type eq "work"].value eq "a""#, ["emails.type=work", "emails.value=a"]),
    (
      #"id eq "u" and (manager eq "m" and active eq true)"#,
      [
        "id=u", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value=m",
      ]
    ),
    (#"externalId eq 5 or id eq "u""#, []), (#"not (id eq "u")"#, []), (#"id sw "u""#, []),
    (#"EXTERNALID eq 5"#, ["externalId=5"]),
  ])
  func `terms every match fulfils can be looked up`(filter: String, found: [String]) throws {
    let matcher = try SCIMMatcher(SCIMFilter(parsing: filter), type: type)
    #expect(matcher.equalities.map { "\($0.path)=\($0.value)" } == found)
  }
}
