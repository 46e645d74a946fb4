import Transport

@testable import Pipeline

/// A server that does most things right and one thing wrong, made of an honest one.
struct LyingServer: ConformanceCaller {
  /// One way of being wrong.
  struct Lie: Sendable {
    let name: String
    /// What is asked in place of the request.
    var asks: @Sendable (ProbeRequest) -> ProbeRequest = { $0 }
    /// What is answered in place of the answer.
    var says: @Sendable (ProbeRequest, ProbeResponse) -> ProbeResponse = { $1 }
  }

  let honest: any ConformanceCaller
  let lie: Lie

  func send(_ request: ProbeRequest) async -> Result<ProbeResponse, ProbeSilence> {
    await honest.send(lie.asks(request)).map { lie.says(request, $0) }
  }
}

extension LyingServer.Lie {
  static let all = [
    neverRefuses, bareErrors, numericStatus, noPatch, noPut, noDelete, noFilter, noParameters,
    noFields, emptyLists, bareResources, wordyResources, swallowedResources, ownIds, oldVersions,
    noDiscovery, noCount, refuseJSON, hidesInactive, otherTypes, noBulk,
  ]

  private static let neverRefuses = Self(
    name: "refuses nothing",
    says: { _, answer in
      answer.status < 400 ? answer : ProbeResponse(status: 200, fields: answer.fields)
    })

  private static let bareErrors = Self(
    name: "refuses without saying why",
    says: { _, answer in
      answer.status < 400 ? answer : ProbeResponse(status: answer.status)
    })

  private static let numericStatus = Self(
    name: "writes status as a number",
    says: { _, answer in
      answer.status < 400 ? answer : answer.setting("status", to: JSONValue(answer.status))
    })

  private static let noPatch = Self(name: "says PATCH is done, and does nothing") { request in
    request.method == "PATCH" ? request.reading : request
  }

  private static let noPut = Self(name: "says PUT is done, and does nothing") { request in
    request.method == "PUT" ? request.reading : request
  }

  private static let noDelete = Self(
    name: "says DELETE is done, and does nothing",
    asks: { request in
      request.method == "DELETE" ? ProbeRequest(method: "GET", target: "/Users?count=1") : request
    },
    says: { request, answer in
      request.method == "DELETE" ? ProbeResponse(status: 204) : answer
    })

  private static let noFilter = Self(name: "ignores filters") { request in
    var request = request
    let parts = request.target.split(separator: "?")
    if parts.count == 2 {
      let kept = parts[1].split(separator: "&").filter { !$0.hasPrefix("filter=") }
      request.target = parts[0] + "?" + kept.joined(separator: "&")
    }
    if var body = (try? JSONValue(parsing: request.body))?.object, body["filter"] != nil {
      body["filter"] = nil
      request.body = body.bytes
    }
    return request
  }

  private static let noParameters = Self(name: "ignores every parameter") { request in
    var request = request
    request.target = String(request.target.prefix { $0 != "?" })
    if request.target.hasSuffix("/.search") { request.body = Self.bareSearch.bytes }
    return request
  }

  private static let bareSearch: JSONValue = ["schemas": [.string(SCIMNames.search)]]

  private static let noFields = Self(
    name: "sends no header fields",
    says: { _, answer in
      ProbeResponse(status: answer.status, body: answer.body)
    })

  private static let emptyLists = Self(
    name: "finds nobody",
    says: { request, answer in
      guard answer.json?["totalResults"] != nil, answer.status == 200 else { return answer }
      return answer.setting("totalResults", to: 0).setting("Resources", to: [])
    })

  private static let bareResources = Self(
    name: "shows nothing but the id",
    says: { request, answer in
      guard let id = answer.json?["id"], request.isAboutResources else { return answer }
      return answer.replacing(by: ["id": id])
    })

  private static let wordyResources = Self(
    name: "shows what nobody asked for",
    says: { request, answer in
      guard answer.json?["id"] != nil, request.isAboutResources else { return answer }
      return ["password", "title", "displayName", "phoneNumbers"].reduce(answer) {
        $0.setting($1, to: "a lie")
      }.setting("groups", to: [["value": "a lie"]]).setting("members", to: [["value": "a lie"]])
    })

  private static let swallowedResources = Self(
    name: "answers 200 for 201",
    says: { _, answer in
      answer.status == 201 ? answer.with(status: 200) : answer
    })

  private static let ownIds = Self(
    name: "takes the client's id and meta",
    says: { request, answer in
      guard let body = (try? JSONValue(parsing: request.body))?.object, body["id"] != nil else {
        return answer
      }
      return answer.setting("id", to: body["id"] ?? .null)
        .setting("meta", to: body["meta"] ?? .null)
    })

  private static let oldVersions = Self(
    name: "never looks at versions",
    asks: { request in
      var request = request
      request.fields["If-Match"] = nil
      request.fields["If-None-Match"] = nil
      return request
    },
    says: { _, answer in
      guard let meta = answer.json?["meta"]?.object, answer.json?["id"] != nil else {
        return answer
      }
      var still = meta
      for name in ["version", "lastModified"] where meta[name] != nil {
        still[name] = "2020-01-01T00:00:00Z"
      }
      return answer.setting("meta", to: .object(still))
    })

  private static let noDiscovery = Self(
    name: "describes nothing",
    says: { request, answer in
      guard request.isDiscovery, request.target != "/ResourceTypes" else { return answer }
      // What it supports stays, so that nothing becomes "not supported".
      guard request.target == "/ServiceProviderConfig" else {
        return answer.with(status: 200).replacing(by: ["totalResults": 0])
      }
      return answer.setting("changePassword", to: .null).setting("authenticationSchemes", to: .null)
        .setting(
          "bulk", to: answer.json?["bulk"].map { ["supported": $0["supported"] ?? true] } ?? .null)
    })

  private static let noCount = Self(
    name: "counts the page only",
    says: { _, answer in
      guard let resources = answer.json?["Resources"]?.array else { return answer }
      return answer.setting("totalResults", to: JSONValue(resources.count))
        .setting("startIndex", to: 7)
    })

  private static let refuseJSON = Self(
    name: "is strict about what it need not be",
    says: { request, answer in
      let isStrange =
        request.fields["Accept"] == "application/json" || request.target.contains("conformance=yes")
      return isStrange || request.target == "/Me" ? ProbeResponse(status: 400) : answer
    })

  private static let noBulk = Self(
    name: "says all of a bulk is done, and does nothing",
    asks: { request in
      request.target == "/Bulk" ? ProbeRequest(method: "GET", target: "/Users?count=0") : request
    },
    says: { request, answer in
      guard request.target == "/Bulk", let body = try? JSONValue(parsing: request.body) else {
        return answer
      }
      let results = body["Operations"]?.array?.map { _ -> JSONValue in ["status": "200"] } ?? []
      return answer.replacing(by: [
        "schemas": [.string(SCIMNames.bulkAnswer)], "Operations": .array(results),
      ])
    })

  private static let hidesInactive = Self(
    name: "has inactive users vanish",
    says: { request, answer in
      answer.json?["active"] == false && request.method == "GET"
        ? ProbeResponse(status: 404) : answer
    })

  private static let otherTypes = Self(
    name: "lists other resource types",
    says: { request, answer in
      request.target.hasPrefix("/ResourceTypes/")
        ? answer.setting("name", to: "Device") : answer
    })
}

extension ProbeRequest {
  fileprivate var reading: ProbeRequest {
    ProbeRequest(method: "GET", target: target)
  }

  fileprivate var isDiscovery: Bool {
    ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes"].contains { target.hasPrefix($0) }
  }

  fileprivate var isAboutResources: Bool { !isDiscovery }
}

extension ProbeResponse {
  fileprivate var json: JSONValue? { try? JSONValue(parsing: body) }

  fileprivate func with(status: Int) -> ProbeResponse {
    ProbeResponse(status: status, fields: fields, body: body)
  }

  fileprivate func replacing(by json: JSONValue) -> ProbeResponse {
    ProbeResponse(status: status, fields: fields, body: json.bytes)
  }

  fileprivate func setting(_ name: String, to value: JSONValue) -> ProbeResponse {
    guard var object = json?.object else { return self }
    object[name] = value
    return replacing(by: .object(object))
  }
}
