import Testing
import Transport

@testable import Pipeline

/// Okta's requests, one after the other as it sends them, against the real program.
@Suite(.timeLimit(.minutes(2)))
struct OktaReplayTests {
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
    let server = try await TestServer.started()
    let okta = try server.okta().with("User-Agent", "OKTA SCIM Integration")
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

    let stranger = okta.with("Authorization", "non-token")
    #expect(try await stranger.get(OktaUser.filter(user.userName)).isSCIMError(401))
    #expect(try await okta.get("/Users/00919288221112222").isSCIMError(404))
  }

  @Test func `a look-up finds its user however it is spelt`() async throws {
    let server = try await TestServer.started()
    let okta = try server.okta()
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

  @Test func `two pushes of one userName at once make one user`() async throws {
    let server = try await TestServer.started()
    let okta = try server.okta()
    for round in 0..<5 {
      let user = OktaUser("twin\(round)@example.com")
      async let left = okta.post("/Users", user.creation)
      async let right = okta.post("/Users", user.creation)
      #expect(try await [left.status, right.status].sorted() == [201, 409])
    }
    #expect(try await okta.get("/Users?count=0")["totalResults"] == 5)
  }
}
