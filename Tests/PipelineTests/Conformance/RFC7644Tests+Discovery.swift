import Testing
import Transport

@testable import Pipeline

/// Content, discovery and errors (RFC 7644 §3.1, §3.12, §4).
extension RFC7644Tests {
  @Test(arguments: [
    ("application/scim+json", 201), ("application/json", 201),
    ("application/scim+json; charset=utf-8", 201), ("Application/JSON;charset=UTF-8", 201),
    ("text/xml", 415), ("application/x-www-form-urlencoded", 415),
  ])
  func `both media types are taken with any parameter, no others`(
    type: String, status: Int
  ) async throws {
    let client = try await ConformanceServer.connect(.okta)
    let answer = try await client.send(
      "POST", "/Users", bytes: Self.person("typed@example.com").bytes, ["Content-Type": type])
    #expect(answer.status == status, "\(answer)")
    #expect(answer.fields["Content-Type"]?.hasPrefix("application/scim+json") == true)
    if status >= 400 { #expect(answer.isSCIMError(status)) }
  }

  @Test(arguments: ["application/scim+json", "application/json", "*/*", "text/html;q=0.1, */*"])
  func `an answer is SCIM whatever the caller would like`(accept: String) async throws {
    let client = try await ConformanceServer.connect(.okta).with("Accept", accept)
    let answer = try await client.get("/Users")
    #expect(answer.isList(of: 0))
    #expect(answer.fields["Content-Type"]?.hasPrefix("application/scim+json") == true)
  }

  @Test(arguments: ["/Schemas", "/ResourceTypes"])
  func `what is listed is found under its name, and nothing else is`(path: String) async throws {
    let client = try await ConformanceServer.connect(.okta)
    let list = try await client.get(path)
    #expect(list.isList(of: list.resources.count) && !list.resources.isEmpty)
    for document in list.resources {
      let id = try #require(document["id"]?.string)
      let one = try await client.get("\(path)/\(id)")
      #expect(one.status == 200 && one.json == document)
      #expect(one.at("meta.location")?.string?.hasSuffix("\(path)/\(id)") == true)
      #expect(!id.hasPrefix("urn:ietf:params:scim:api:messages"))
    }
    #expect(try await client.get("\(path)/unknown").isSCIMError(404))
    #expect(try await client.get(SCIM.filter("name eq \"User\"", in: path)).isSCIMError(403))
    #expect(try await client.get("\(path)?count=1&startIndex=2&unknown=1").json == list.json)
  }

  @Test func `the configuration says how to sign in and takes no notice of a filter`() async throws
  {
    let client = try await ConformanceServer.connect(.okta)
    let config = try await client.get("/ServiceProviderConfig")
    #expect(config.status == 200 && config.at("patch.supported") == true)
    #expect(config.at("filter.supported") == true && config.at("bulk.supported") == true)
    #expect(config.at("authenticationSchemes.0.type") == "oauthbearertoken")
    #expect(config["id"] == nil && config.at("meta.resourceType") == "ServiceProviderConfig")
    let filtered = try await client.get(SCIM.filter("a eq 1", in: "/ServiceProviderConfig"))
    #expect(filtered.status == 200 && filtered.json == config.json)
  }

  @Test(arguments: [
    "/ServiceProviderConfig", "/Schemas", "/ResourceTypes", "/ResourceTypes/User",
    "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
  ])
  func `discovery can be read and nothing else`(path: String) async throws {
    let client = try await ConformanceServer.connect(.okta)
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
      let answer = try await client.send(
        method, path, bytes: method == "DELETE" ? [] : Array("{}".utf8))
      #expect(answer.isSCIMError(405), "\(method) \(path): \(answer)")
    }
  }

  @Test func `errors are Error messages, whatever went wrong and wherever`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    #expect(try await client.get("/Users/none").isSCIMError(404))
    #expect(try await client.get("/Nothing/here").isSCIMError(404))
    #expect(try await client.send("PATCH", "/Users", bytes: Array("{}".utf8)).isSCIMError(405))
    let none = try await client.with("Authorization", nil).get("/Users")
    #expect(none.isSCIMError(401) && none.fields["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
      let body = method == "GET" || method == "DELETE" ? [] : Array("{}".utf8)
      #expect(try await client.send(method, "/Me", bytes: body).isSCIMError(501), "\(method)")
    }
  }

  @Test func `every schema's attributes have every characteristic`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    func check(_ attributes: [JSONValue], _ schema: String) {
      for attribute in attributes {
        for name in ["name", "type", "multiValued", "required", "mutability", "returned"] {
          #expect(attribute[name] != nil, "\(schema) \(attribute["name"]?.string ?? "?") \(name)")
        }
        if attribute["type"] == "complex" {
          check(attribute["subAttributes"]?.array ?? [], schema)
          #expect(attribute["subAttributes"]?.array?.isEmpty == false)
        }
      }
    }
    for schema in try await client.get("/Schemas").resources {
      let attributes = try #require(schema["attributes"]?.array)
      check(attributes, schema["id"]?.string ?? "")
      let names = attributes.compactMap { $0["name"]?.string?.lowercased() }
      #expect(Set(names).count == names.count)
    }
    let user = try await client.get("/ResourceTypes/User")
    #expect(user["endpoint"] == "/Users" && user["schema"]?.string == SCIM.user)
    #expect(user.at("schemaExtensions.0.schema")?.string == SCIM.enterprise)
  }
}
