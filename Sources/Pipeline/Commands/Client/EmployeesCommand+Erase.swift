import Transport

/// `employees erase`: forgets a person for good.
extension EmployeesCommand {
  private static let look = Duration.milliseconds(200)
  private static let patience = Duration.seconds(300)

  static let erasing = Command(
    "erase", abstract: "Forget a person for good",
    discussion: """
      The person is answered 404 from then on, whoever names it as manager or member no longer does, \
      its undelivered events are cancelled, and employee.erased is sent with ids alone. Old files \
      that tell of it go as they always do, at the latest when the answer says. With --now they go \
      at once, with whatever else they hold: nothing before now can be replayed or fetched any more, \
      and a webhook that lags gets the present state instead. `spool verify --absent FILE` proves it.
      """,
    examples: [
      .init("scim-hris employees erase jane@example.com", "old files go with retention"),
      .init("scim-hris employees erase emp_01J… --now", "nothing is left when it returns"),
    ],
    arguments: [
      CommandArgument("who", help: "The employee: emp_…, or an address that only one has.")
    ],
    options: ClientCommand.ownerOptions + [
      CommandOption("now", help: "Delete old files at once instead of with retention."),
      CommandOption(
        "consumer", .text("id"), help: "Whose employee, where an address is given."),
    ],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        try await erase(client)
      }
    })

  private static func erase(_ client: ClientCommand) async throws(ClientFailure) {
    let id = try await employee(named: client.invocation.argument(0) ?? "", client)
    let isNow = client.invocation.flag("now")
    var body = JSONObject()
    body["now"] = JSONValue(isNow)
    let path = "/owner/employees/\(HTTPPercent.encode(id))/erase"
    let answer = try await client.api.call("POST", path, body: body)
    if isNow { try await untilGone(id, client) }
    client.show(answer) { data in
      if isNow { return "\(id) is erased; no file of the spool tells of it any more.\n" }
      let by = data["erasedBy"]?.string ?? "?"
      return "\(id) is erased; the last file that tells of it goes by \(by).\n"
    }
  }

  private static func employee(
    named who: String, _ client: ClientCommand
  ) async throws(ClientFailure) -> String {
    if !who.contains("@") { return who }
    let scope = try await client.consumerScope()
    let found = try await client.api.list(
      "/hris/employees"
        + client.query([("email", who), ("includeDeleted", "true")], scope),
      limit: 9, scope: scope)
    let ids = found.compactMap { $0["id"]?.string }
    if ids.count == 1 { return ids[0] }
    throw ClientFailure(
      ids.isEmpty
        ? "Nobody has the address \(who)."
        : "Several have that address; say which: \(ids.joined(separator: ", ")).", .usage)
  }

  private static func untilGone(
    _ id: String, _ client: ClientCommand
  ) async throws(ClientFailure) {
    let end = ContinuousClock.now + patience
    while ContinuousClock.now < end {
      let answer = try await client.api.call("GET", "/owner/erasures")
      let pending = (answer["data"]?.array ?? []).compactMap { $0["id"]?.string }
      if !pending.contains(id) { return }
      try? await ContinuousClock().sleep(for: look)
    }
    throw ClientFailure(
      "\(id) is forgotten, but files that tell of it are still there after five minutes: the log of"
        + " the server says why. It goes on by itself.")
  }
}
