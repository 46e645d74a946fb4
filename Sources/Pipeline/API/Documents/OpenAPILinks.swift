import Transport

/// Which calls go on from what a call made: they take its id, so the links follow from the paths.
enum OpenAPILinks {
  static func from(_ route: APIRoute) -> JSONObject {
    var links = JSONObject()
    guard route.method == "POST", route.success == 201, case .data = route.answer else {
      return links
    }
    let own = route.segments
    for next in APIRoutes.documented where next.segments.count > own.count {
      let added = next.segments[own.count]
      guard Array(next.segments.prefix(own.count)) == own, case .parameter(let name) = added,
        next.parameters.last?.name == name
      else { continue }
      links[next.operation.id] = [
        "operationId": JSONValue(next.operation.id),
        "parameters": .object(parameters(own, name)),
      ]
    }
    return links
  }

  private static func parameters(_ own: [APIRoute.Segment], _ id: String) -> JSONObject {
    var json = JSONObject()
    for case .parameter(let name) in own {
      json[name] = JSONValue("$request.path.\(name)")
    }
    json[id] = "$response.body#/data/id"
    return json
  }
}
