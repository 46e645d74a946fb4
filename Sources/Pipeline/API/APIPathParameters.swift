/// What a segment in braces stands for: inputs like any other, so checked and documented alike.
enum APIPathParameters {
  /// Longer ones name nothing: ids have 30 characters, a dead letter's name two of them and more.
  private static let limit = 128

  static func of(_ segments: [APIRoute.Segment]) -> [APIInput] {
    segments.indices.compactMap { index in
      guard case .parameter(let name) = segments[index] else { return nil }
      let before = index > 0 ? segments[index - 1] : .literal("")
      guard case .literal(let collection) = before else { return input(name, "") }
      return input(name, collection)
    }
  }

  private static func input(_ name: String, _ collection: String) -> APIInput {
    switch name {
    case "universalApi":
      APIInput(
        name, .text(limit: limit), required: true, example: Integration.universalApi,
        "hris, the only one.")
    case "serviceId":
      APIInput(
        name, .text(limit: limit), required: true, example: "okta-scim",
        "The integration: \(Integration.serviceIds.joined(separator: ", ")).")
    default:
      APIInput(
        name, .text(limit: limit), required: true,
        example: prefixes[collection].map { $0 + exampleId },
        "As the list of \(collection) names it.")
    }
  }

  static let exampleId = "01KGTDHQ3S8ZC4M6N2R5V7X9YA"

  /// How ids of a collection begin.
  private static let prefixes = [
    "consumers": "csm_", "webhooks": "wh_", "deliveries": "dlv_", "employees": "emp_",
    "groups": "grp_", "keys": "key_", "tokens": "tok_", "requests": "req_",
    "setup-link": "stp_",
    "dead-letters": "wh_01KGTDHQ3S8ZC4M6N2R5V7X9YB-evt_",
  ]
}
