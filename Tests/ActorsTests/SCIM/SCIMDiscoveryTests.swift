import Testing
import Transport

@testable import Actors

@Suite struct SCIMDiscoveryTests {
  private let discovery = SCIMDiscovery(catalog: .builtIn, baseURL: "https://h/scim/v2/s")

  @Test func `the configuration advertises what is real`() throws {
    let config = try JSONValue(parsing: discovery.serviceProviderConfig())
    #expect(config["patch"]?["supported"] == true)
    #expect(config["filter"] == ["supported": true, "maxResults": 200])
    #expect(
      config["bulk"] == ["supported": true, "maxOperations": 1000, "maxPayloadSize": 1_048_576])
    for name in ["sort", "etag"] { #expect(config[name] == ["supported": true]) }
    #expect(config["changePassword"] == ["supported": false])
    #expect(
      config["pagination"] == [
        "cursor": true, "index": true, "defaultPaginationMethod": "index", "defaultPageSize": 100,
        "maxPageSize": 200, "cursorTimeout": 3600,
      ])
    #expect(config["authenticationSchemes"]?.array?[0]["type"] == "oauthbearertoken")
    #expect(config["meta"]?["location"] == "https://h/scim/v2/s/ServiceProviderConfig")
  }

  @Test func `schemas are listed, and each is found by its URN in any case`() throws {
    let list = try JSONValue(parsing: discovery.schemas())
    #expect(list["totalResults"] == 3)
    for schema in list["Resources"]?.array ?? [] {
      let urn = try #require(schema["id"]?.string)
      let one = try JSONValue(parsing: #require(discovery.schema(urn.uppercased())))
      #expect(one == schema)
      #expect(one["meta"]?["location"] == .string("https://h/scim/v2/s/Schemas/" + urn))
    }
    #expect(discovery.schema("urn:none") == nil)
    #expect(discovery.schema("urn:ietf:params:scim:schemas:core:2.0:Schema") != nil)
  }

  @Test func `a definition carries every characteristic`() throws {
    let user = try JSONValue(parsing: #require(discovery.schema(SCIMBodies.core)))
    let userName = try #require(user["attributes"]?.array?.first)
    #expect(userName["uniqueness"] == "server" && userName["required"] == true)
    #expect(userName["caseExact"] == false && userName["mutability"] == "readWrite")
    let emails = user["attributes"]?.array?.first { $0["name"] == "emails" }
    #expect(emails?["subAttributes"]?.array?[2]["canonicalValues"] == ["work", "home", "other"])
  }

  @Test func `users and groups are the resource types, users with their extension`() throws {
    let list = try JSONValue(parsing: discovery.resourceTypes())
    #expect(list["Resources"]?.array?.map { $0["name"] } == ["User", "Group"])
    let user = try JSONValue(parsing: #require(discovery.resourceType("User")))
    #expect(user["endpoint"] == "/Users")
    #expect(user["schemaExtensions"]?.array?[0]["required"] == false)
    #expect(discovery.resourceType("Device") == nil)
  }
}
