import Testing
import Transport

@testable import Pipeline

/// An Okta app that pushes users with PATCH: its requests, one after the other as it sends them.
@Suite(.oneServer, .timeLimit(.minutes(5)))
struct OktaTests {
  @Test func `a user's whole life in Okta arrives as signed events in their order`() async throws {
    let server = try await TestServer.started()
    let receiver = try await WebhookReceiver.started()
    let webhook = try await server.addWebhook(receiver.url)
    let okta = try server.okta()
    let user = OktaUser("ada.quill@example.com", givenName: "Ada", familyName: "Quill")

    let probe = try await okta.get("/Users?startIndex=1&count=2")
    #expect(probe.status == 200)
    #expect(probe["totalResults"] == 0 && probe["startIndex"] == 1 && probe["itemsPerPage"] == 0)
    #expect(probe["Resources"] == [])

    let missing = try await okta.get(OktaUser.filter(user.userName))
    #expect(missing.status == 200 && missing["totalResults"] == 0 && missing.resources == [])

    let made = try await okta.post("/Users", user.creation)
    #expect(made.status == 201)
    let id = try #require(made["id"]?.string)
    #expect(made.fields["Location"] == "\(try server.made.baseURL)/Users/\(id)")
    #expect(made["meta"]?["location"]?.string == made.fields["Location"])
    #expect(made["userName"]?.string == user.userName && made["active"] == true)
    #expect(made["name"]?["givenName"] == "Ada" && made["externalId"]?.string == user.externalId)
    #expect(made["locale"] == "en-US" && made["displayName"] == "Ada Quill")
    #expect(made["emails"]?.array?.first?["value"]?.string == user.userName)
    #expect(made["password"] == nil && made["groups"] == nil)
    #expect(made.fields["Content-Type"] == "application/scim+json")

    let twice = try await okta.post("/Users", user.creation)
    #expect(twice.isSCIMError(409) && twice["scimType"] == "uniqueness")

    let found = try await okta.get("/Users/\(id)")
    #expect(found.status == 200 && found.json == made.json)

    let overlaid = found.json
      .setting("name", to: ["givenName": "Ada", "middleName": "", "familyName": "Quill-Moss"])
      .setting("title", to: "Engineer").setting("nickName", to: .null)
      .setting("groups", to: []).setting("password", to: JSONValue(OktaUser.password))
    let put = try await okta.put("/Users/\(id)", overlaid)
    #expect(put.status == 200 && put["name"]?["familyName"] == "Quill-Moss")
    #expect(put["name"]?["middleName"] == nil && put["nickName"] == nil)
    let again = try await okta.put("/Users/\(id)", overlaid)
    #expect(again.json == put.json, "the same PUT twice changes nothing, meta included")

    let off = try await okta.patch("/Users/\(id)", OktaUser.deactivation)
    #expect(off.status == 200 && off["active"] == false && off["id"]?.string == id)
    #expect(try await okta.get("/Users/\(id)")["active"] == false)
    #expect(try await okta.get(OktaUser.filter(user.userName)).resources.count == 1)
    let on = try await okta.patch("/Users/\(id)", OktaUser.reactivation)
    #expect(on.status == 200 && on["active"] == true)
    let secret = try await okta.patch(
      "/Users/\(id)", OktaUser.patch(["password": "another-password-at-all"]))
    #expect(secret.status == 200 && secret["meta"]?["version"] == on["meta"]?["version"])

    let events = await receiver.accepted(6)
    #expect(
      events.sorted { $0.sequence < $1.sequence }.map(\.type) == [
        "employee.created", "employee.updated", "employee.updated", "employee.deactivated",
        "employee.updated", "employee.reactivated",
      ])
    #expect(events.map(\.sequence) == Array(1...6))
    let last = try #require(events.last?.event)
    #expect(last["data"]?["lastName"] == "Quill-Moss" && last["data"]?["jobTitle"] == "Engineer")
    #expect(last["data"]?["remoteId"]?.string == id && last["cause"]?["method"] == "PATCH")
    #expect(events[3].event["changedFields"] == ["active", "employmentStatus"])
    #expect(events.allSatisfy { !String(decoding: $0.body, as: UTF8.self).contains("password") })
    try receiver.expectSound(secret: webhook.secret)
    await receiver.stop()
  }

  @Test func `every step of Okta's SPEC test passes`() async throws {
    let okta = try await ConformanceServer.connect(.okta)
      .with("User-Agent", "OKTA SCIM Integration")
    let seeded = try await okta.post("/Users", OktaUser("seed@example.com").creation)
    #expect(seeded.status == 201)

    let first = try await okta.get("/Users?count=1&startIndex=1")
    let one = try #require(first.resources.first)
    #expect(first.status == 200 && first["totalResults"]?.number?.isInteger == true)
    #expect(first["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:ListResponse"])
    #expect(one["name"]?["familyName"] != nil && one["name"]?["givenName"] != nil)
    #expect(one["userName"] != nil && one["active"] == true)
    #expect(one["emails"]?.array?.first?["value"] != nil)
    let read = try await okta.get("/Users/\(try #require(one["id"]?.string))")
    #expect(read.status == 200 && read.json == one)

    let nobody = try await okta.get(OktaUser.filter("abcdefgh@atko.com"))
    #expect(nobody.status == 200 && nobody["totalResults"] == 0)
    #expect(try await okta.get("/Users/010101001010101011001010101011").isSCIMError(404))
    let random = try await okta.get(OktaUser.filter("xq7-19@example.com"))
    #expect(random.status == 200 && random["totalResults"] == 0)

    let user = OktaUser("Runscope.Made+1@Example.com", givenName: "Run", familyName: "Scope")
    let made = try await okta.send(
      "POST", "/Users", bytes: user.creation.bytes,
      ["Content-Type": "application/json", "Accept": "application/scim+json; charset=utf-8"])
    #expect(made.status == 201 && made["active"] == true && made["name"]?["familyName"] == "Scope")
    #expect(made["schemas"]?.array?.contains(JSONValue(OktaUser.core)) == true)
    #expect(made["userName"]?.string == user.userName)
    let got = try await okta.get("/Users/\(try #require(made["id"]?.string))")
    #expect(got["userName"]?.string == user.userName && got["name"]?["givenName"] == "Run")
    #expect(try await okta.post("/Users", user.creation).isSCIMError(409))
    let upper = try await okta.get(OktaUser.filter(user.userName.uppercased()))
    #expect(upper.status == 200 && upper["totalResults"] == 1)

    #expect(try await okta.get("/Groups").isList(of: 0))
    let stranger = okta.with("Authorization", "non-token")
    #expect(try await stranger.get(OktaUser.filter(user.userName)).isSCIMError(401))
    #expect(try await okta.get("/Users/00919288221112222").isSCIMError(404))
  }

  @Test func `a look-up finds its user however it is spelt`() async throws {
    let okta = try await ConformanceServer.connect(.okta)
    let user = OktaUser("plus+sign@example.com", externalId: "00uPlus")
    #expect(try await okta.post("/Users", user.creation).status == 201)
    let hits = [
      OktaUser.filter("plus+sign@example.com"), OktaUser.filter("PLUS+Sign@EXAMPLE.com"),
      OktaUser.filter("plus+sign@example.com", space: "+"),
      "/Users?filter=USERNAME%20EQ%20%22plus%2Bsign%40example.com%22",
      "/Users?filter=externalId%20eq%20%2200uPlus%22&",
      "/Users/?filter=userName%20eq%20%22plus%2Bsign@example.com%22&aadOptscim062020",
      "/Users?filter=userName+eq+%22plus%2Bsign@example.com%22&startIndex=0&count=1&unknown=1",
    ]
    for target in hits {
      let answer = try await okta.get(target)
      #expect(answer.status == 200 && answer["totalResults"] == 1, "\(target): \(answer)")
    }
    let misses = [
      OktaUser.filter("plus sign@example.com", space: "+").replacing(" ", with: "+"),
      "/Users?filter=externalId%20eq%20%2200uplus%22",
    ]
    for target in misses {
      let answer = try await okta.get(target)
      #expect(answer.status == 200 && answer["totalResults"] == 0, "\(target): \(answer)")
    }
  }

  @Test func `a Base URL with stray slashes and a token in any dress are understood`() async throws
  {
    let server = try await TestServer.started()
    let made = try server.made
    let token = made.apiToken.reveal()
    for base in [
      made.baseURL + "/", made.baseURL + "//", made.baseURL.replacing("/scim/", with: "//scim/"),
    ] {
      let answer = try await TestClient(base, as: .okta(token: token)).get("/Users?count=2")
      #expect(answer.status == 200, "\(base): \(answer)")
    }
    let okta = try server.okta()
    #expect(try await okta.get("/Users/?startIndex=1&count=2").status == 200)
    #expect(try await okta.get("/Users?").status == 200)
    for dress in [
      token, "Bearer \(token)", "bearer \(token)", "Bearer Bearer \(token)", "  \(token)  ",
      "BEARER   \(token)",
    ] {
      let answer = try await okta.with("Authorization", dress).get("/Users?count=1")
      #expect(answer.status == 200, "\(dress.prefix(14))")
    }
  }

  @Test func `an assigned user is found, changed, switched off and back on under one id`()
    async throws
  {
    let okta = try await ConformanceServer.connect(.okta)
    let user = OktaUser("assigned@example.com", givenName: "Ines", familyName: "Assigned")
    #expect(try await okta.get(OktaUser.filter(user.userName)).isList(of: 0))
    let id = try await okta.post("/Users", user.creation).id
    #expect(
      try await okta.get(OktaUser.filter(user.userName)).at("Resources.0.id") == JSONValue(id))

    let renamed = try await okta.patch(
      "/Users/\(id)", OktaUser.patch(["name": ["givenName": "Inez"]]))
    #expect(renamed.status == 200 && renamed.at("name.givenName") == "Inez")
    #expect(renamed.at("name.familyName") == "Assigned", "only what was named changes")

    #expect(try await okta.patch("/Users/\(id)", OktaUser.deactivation)["active"] == false)
    #expect(try await okta.get("/Users/\(id)")["active"] == false)
    let off = try await okta.get(OktaUser.filter(user.userName))
    #expect(off.isList(of: 1) && off.at("Resources.0.active") == false)
    #expect(try await okta.patch("/Users/\(id)", OktaUser.reactivation)["active"] == true)
    #expect(try await okta.patch("/Users/\(id)", OktaUser.deactivation)["active"] == false)
    let twice = try await okta.patch("/Users/\(id)", OktaUser.deactivation)
    #expect(twice.status == 200 && twice["active"] == false)
    #expect(try await okta.get("/Users/\(id)").json == twice.json)
  }

  @Test func `an import reads everybody once, page by page, though somebody joins meanwhile`()
    async throws
  {
    let okta = try await ConformanceServer.connect(.okta)
    for number in 0..<7 {
      _ = try await okta.post("/Users", OktaUser("import\(number)@example.com").creation)
    }
    let first = try await okta.get("/Users?startIndex=1&count=3")
    let left = try #require(first.at("Resources.1.id")?.string)
    _ = try await okta.patch("/Users/\(left)", OktaUser.deactivation)
    _ = try await okta.post("/Users", OktaUser("joiner@example.com").creation)
    var seen = first.resources
    while true {
      let page = try await okta.get("/Users?startIndex=\(seen.count + 1)&count=3")
      #expect(page.isList(of: 8) && page["startIndex"] == JSONValue(seen.count + 1))
      #expect(page["itemsPerPage"] == JSONValue(page.resources.count))
      if page.resources.isEmpty { break }
      seen += page.resources
    }
    let names = seen.compactMap { $0["userName"]?.string }
    #expect(names == (0..<7).map { "import\($0)@example.com" } + ["joiner@example.com"])
    let all = try await okta.get("/Users?startIndex=1&count=100")
    #expect(all.resources.count == 8 && all.at("Resources.1.active") == false)
  }

  @Test func `a mapped enterprise block, both spellings of a locale and empty values are taken`()
    async throws
  {
    let okta = try await ConformanceServer.connect(.okta)
    let user = OktaUser("mapped@example.com")
    let body = user.creation.setting("locale", to: "en_US")
      .setting("schemas", to: [JSONValue(SCIM.user), JSONValue(SCIM.enterprise)])
      .setting(SCIM.enterprise, to: ["employeeNumber": "701984", "department": "Quay"])
      .setting("nickName", to: "").setting("phoneNumbers", to: []).setting("title", to: .null)
      .setting("addresses", to: [["type": "work", "postalCode": "12345", "primary": true]])
    let made = try await okta.post("/Users", body)
    #expect(made.status == 201 && made["locale"] == "en_US")
    #expect(made.enterprise == ["employeeNumber": "701984", "department": "Quay"])
    #expect(made["schemas"]?.array?.contains(JSONValue(SCIM.enterprise)) == true)
    for absent in ["nickName", "phoneNumbers", "title", "groups", "password"] {
      #expect(made[absent] == nil, "\(absent)")
    }
  }

  @Test func `shapes that only stand in documentation are survived`() async throws {
    let okta = try await ConformanceServer.connect(.okta)
    let odd = OktaUser("odd@example.com").creation
      .setting("externalId", to: 701_984).setting("name", to: .null)
      .setting("addresses", to: [["type": "work", "postalCode": 12345]])
    let made = try await okta.post("/Users", odd)
    #expect(made.status == 201 && made["name"] == nil, "\(made)")
    #expect(made["externalId"] == "701984" && made.at("addresses.0.postalCode") == "12345")
    #expect(try await okta.get("/Users?startIndex=0&count=1").isList(of: 1))
    let text = try await okta.send(
      "POST", "/Users", bytes: OktaUser("plain@example.com").creation.bytes,
      ["Content-Type": "application/scim+json;charset=UTF-8"])
    #expect(text.status == 201)
  }

  @Test func `a random password sent with everything changes nothing and is never seen`()
    async throws
  {
    let okta = try await ConformanceServer.connect(.okta)
    let made = try await okta.post("/Users", OktaUser("secret@example.com").creation)
    let id = try made.id
    for path in [nil, "password"] as [String?] {
      let value: JSONValue = path == nil ? ["password": "patched-secret"] : "patched-secret"
      let answer = try await okta.patch("/Users/\(id)", SCIM.patch(SCIM.op("replace", path, value)))
      #expect(answer.status == 200 && answer.json == made.json)
    }
    let asked = try await okta.get("/Users/\(id)?attributes=password,userName")
    #expect(asked["userName"] == "secret@example.com" && asked["password"] == nil)
    #expect(try await okta.get(SCIM.filter("password pr")).resources.isEmpty)
  }
}
