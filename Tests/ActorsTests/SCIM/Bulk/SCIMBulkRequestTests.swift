import Testing
import Transport

@testable import Actors

@Suite struct SCIMBulkRequestTests {
  @Test func `an operation is read whatever the case of its keys, unknown ones ignored`() throws {
    let request = try Self.parse(
      #"""
      {"SCHEMAS":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"failonerrors":3,"x":1,
       "operations":[
        {"Method":"post","path":"/Users?attributes=id","bulkID":"a","data":{"userName":"u"},"y":{}},
        {"method":"DELETE","path":"Users/b%20c","version":"W/\"4\"","data":{"ignored":true}}]}
      """#)
    #expect(request.failOnErrors == 3)
    let (made, gone) = (request.operations[0], request.operations[1])
    #expect(made.method == "POST" && made.path == ["Users"] && made.bulkId == "a")
    #expect(made.data == ["userName": "u"] && made.problem == nil && made.version == nil)
    #expect(gone.path == ["Users", "b c"] && gone.version == #"W/"4""# && gone.data == .null)
    #expect(gone.problem == nil)
  }

  @Test(arguments: [
    (#"{"Operations":[{}]}"#, 400, "schemas"),
    (#"{"schemas":["urn:other"],"Operations":[{}]}"#, 400, "schemas"),
    (#"{"schemas":["S"]}"#, 400, "Operations"),
    (#"{"schemas":["S"],"Operations":[]}"#, 400, "Operations"),
    (#"{"schemas":["S"],"Operations":{"method":"POST"}}"#, 400, "Operations"),
    (#"{"schemas":["S"],"Operations":[7]}"#, 400, "Operation 1"),
    (#"{"schemas":["S"],"Operations":[{}],"failOnErrors":0}"#, 400, "failOnErrors"),
    (#"{"schemas":["S"],"Operations":[{}],"failOnErrors":"1"}"#, 400, "failOnErrors"),
    (
      #"{"schemas":["S"],"Operations":[{"method":"POST","bulkId":"q"},"#
        + #"{"method":"post","bulkId":"q"}]}"#, 400, "bulkId q"
    ),
  ])
  func `what is no bulk request is refused whole`(
    body: String, status: Int, named: String
  ) throws {
    let error = try #require(throws: SCIMError.self) {
      try Self.parse(body.replacing(#""S""#, with: "\"\(SCIMBulkRequest.schema)\""))
    }
    #expect(error.status == status && error.detail.contains(named), "\(error)")
    #expect(error.detail.count <= SCIMError.sentenceLimit)
  }

  @Test func `one operation too many is 413 and names the limit`() throws {
    let one: JSONValue = ["method": "DELETE", "path": "/Users/1"]
    func request(_ count: Int) -> JSONObject {
      JSONObject([
        .init(name: "schemas", value: [JSONValue(SCIMBulkRequest.schema)]),
        .init(name: "Operations", value: .array(Array(repeating: one, count: count))),
      ])
    }
    #expect(try SCIMBulkRequest(request(1000)).operations.count == 1000)
    let error = try #require(throws: SCIMError.self) { try SCIMBulkRequest(request(1001)) }
    #expect(error.status == 413 && error.detail.contains("at most 1000"))
  }

  @Test(arguments: [
    (#"{"path":"/Users","data":{}}"#, "method"), (#"{"method":"GET","path":"/Users/1"}"#, "method"),
    (#"{"method":"DELETE"}"#, "path"), (#"{"method":"DELETE","path":"/"}"#, "path"),
    (#"{"method":"POST","path":"/Users","data":{}}"#, "bulkId"),
    (#"{"method":"POST","path":"/Users","bulkId":"","data":{}}"#, "bulkId"),
    (#"{"method":"POST","path":"/Users","bulkId":"a"}"#, "data"),
    (#"{"method":"PUT","path":"/Users/1","data":null}"#, "data"),
    (#"{"method":"PATCH","path":"/Users/1","data":[]}"#, "data"),
  ])
  func `what is wrong with one operation is its own problem`(
    operation: String, named: String
  ) throws {
    let request = try Self.parse(
      #"{"schemas":["\#(SCIMBulkRequest.schema)"],"Operations":[\#(operation)]}"#)
    let problem = try #require(request.operations[0].problem)
    #expect(problem.status == 400 && problem.scimType == .invalidValue)
    #expect(problem.detail.contains(named), "\(problem.detail)")
  }

  @Test func `references are whole strings, and quoted literals in the path of a PATCH`() throws {
    let operation = try Self.operation(
      #"""
      {"method":"PATCH","path":"/Groups/bulkId:g","data":{"Operations":[
        {"op":"add","path":"members","value":[{"value":"bulkId:a","display":"not bulkId:x"}]},
        {"op":"remove","path":"members[value eq \"bulkId:b\" or value eq \"kept\"]"},
        {"op":"replace","path":"displayName","value":"say \"bulkId:y\""}]}}
      """#)
    #expect(operation.references == ["g", "a", "b"])
    let resolved = operation.data.resolvingReferences(["a": "1", "b": "2"])
    let operations = try #require(resolved["Operations"]?.array)
    #expect(operations[0]["value"] == [["value": "1", "display": "not bulkId:x"]])
    #expect(operations[1]["path"] == #"members[value eq "2" or value eq "kept"]"#)
    #expect(operations[2]["value"] == #"say "bulkId:y""#)
  }

  @Test func `the response echoes what there is, and tells an error only of a failure`() throws {
    let request = try Self.parse(
      #"""
      {"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
        {"method":"post","path":"/Users","bulkId":"q","data":{}},
        {"method":"DELETE","path":"/Users/1"},{"method":"PUT","path":"/Users/2","data":{}}]}
      """#)
    let body = SCIMBulkResponse.body(
      request.operations,
      [
        SCIMBulkResult(status: 201, location: "https://h/Users/7", version: "W/\"1\"", error: nil),
        nil, SCIMBulkResult(.notFound("User", id: "2"), location: "https://h/Users/2"),
      ])
    let json = try JSONValue(parsing: body)
    #expect(json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"])
    let operations = try #require(json["Operations"]?.array)
    #expect(operations.count == 2)
    #expect(
      operations[0] == [
        "method": "POST", "location": "https://h/Users/7", "bulkId": "q", "version": "W/\"1\"",
        "status": "201",
      ])
    #expect(operations[1]["status"] == "404" && operations[1]["response"]?["status"] == "404")
  }

  static func parse(_ text: String) throws -> SCIMBulkRequest {
    try SCIMBulkRequest(try #require(try JSONValue(parsing: text).object))
  }

  static func operation(_ text: String) throws -> SCIMBulkOperation {
    SCIMBulkOperation(try #require(try JSONValue(parsing: text).object))
  }
}
