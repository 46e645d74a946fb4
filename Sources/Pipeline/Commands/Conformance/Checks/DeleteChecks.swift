import Transport

/// Deleting (RFC 7644 §3.6).
enum DeleteChecks {
  static let all =
    ConformanceCheck.table(
      .delete,
      rows: [
        ("DELETE is 204, and then everything is 404", "7644 §3.6", deleted),
        ("DELETE of an unknown id is 404", "7644 §3.6", unknownId),
        ("a deleted user's userName is free again", "7644 §3.6", freeAgain),
      ])
    + ConformanceCheck.table(
      .delete, needing: .filter,
      rows: [("a deleted user is in no list", "7644 §3.6", notListed)])

  private static func deleted(_ probe: ConformanceProbe) async throws(Unmet) {
    let body = JSONValue.object(probe.person())
    let made = try await probe.post("/Users", body).answered(201)
    let target = "/Users/\(try made.id)"
    try await probe.delete(target).answered(204)
    try await probe.get(target).refused(404)
    try await probe.put(target, body).refused(404)
    try await probe.delete(target).refused(404)
  }

  private static func unknownId(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.delete("/Users/\(probe.freshName("nobody"))").refused(404)
  }

  private static func freeAgain(_ probe: ConformanceProbe) async throws(Unmet) {
    let body = JSONValue.object(probe.person())
    let made = try await probe.post("/Users", body).answered(201)
    try await probe.delete("/Users/\(made.id)").answered(204)
    let again = try await probe.post("/Users", body).answered(201)
    try expect(try again.id != made.id, "the id of a deleted user was given again")
  }

  private static func notListed(_ probe: ConformanceProbe) async throws(Unmet) {
    let made = try await probe.newUser()
    let filter = "userName eq \"\(made.json["userName"]?.string ?? "")\""
    try await probe.list(filter).isList().shows("totalResults", 1)
    try await probe.delete("/Users/\(made.id)").answered(204)
    try await probe.list(filter).isList().shows("totalResults", 0)
  }
}
