import Transport

/// `conformance`: asks any SCIM server what it does right, and names the RFC where it does not.
package enum ConformanceCommand {
  package static let command = Command(
    "conformance", abstract: "Check any SCIM 2.0 server against the RFCs",
    discussion: """
      Makes users and groups whose names begin with "conformance-", asks for them in every way \
      RFC 7643, 7644 and 9865 describe, and deletes them again. What the server's \
      ServiceProviderConfig does not claim is "not supported" and no failure. Exits with 0 when \
      nothing failed.
      """,
    examples: [
      .init("scim-hris conformance --base-url http://127.0.0.1:8080/scim/v2/…", "everything"),
      .init("scim-hris conformance --base-url … --only filter", "one section"),
    ],
    options: [
      CommandOption(
        "base-url", .url, help: "The SCIM 2.0 Base URL; /Users follows it.",
        environment: "SCIM_HRIS_BASE_URL"),
      CommandOption(
        "token", .text("token"),
        help: "The bearer token; arguments show in `ps`, the variable does not.",
        environment: "SCIM_HRIS_TOKEN"),
      .authorities,
      CommandOption(
        "only", .text("section"), help: "A section, as the first column names it.",
        isRepeating: true),
      CommandOption("json", help: "Print the result as JSON."),
    ],
    run: run)

  @Sendable private static func run(_ invocation: Invocation) async -> ExitCode {
    let loop = EventLoop(name: "conformance")
    defer { loop.stop() }
    do throws(ClientFailure) {
      let report = try await probe(
        invocation, HTTPClient(loop: loop, trust: TLSTrust(invocation)))
      return report.failed == 0 ? .success : .failure
    } catch {
      Terminal.write("Error: \(error.sentence)\n", to: .error)
      return error.exit
    }
  }

  private static func probe(
    _ invocation: Invocation, _ http: HTTPClient
  ) async throws(ClientFailure) -> ConformanceReport {
    guard let text = invocation.text("base-url"), let token = invocation.text("token") else {
      throw ClientFailure(
        "It needs to know where and who: --base-url, and the token in SCIM_HRIS_TOKEN.", .usage)
    }
    let base = try url(text)
    let checks = try chosen(invocation.values("only").values)
    let caller = HTTPConformanceCaller(http: http, base: base, token: Secret(token))
    let run = ConformanceRun(caller: caller, checks: checks)
    let start = ContinuousClock.now
    if invocation.flag("json") {
      let report = try await run.run()
      Terminal.write(report.json(base: text).pretty() + "\n")
      return report
    }
    let isColoured = Terminal.isTerminal() && invocation.environment["NO_COLOR"] == nil
    Terminal.write(ConformanceReport.titles)
    let report = try await run.run { result in
      Terminal.write(ConformanceReport.text(result, coloured: isColoured))
    }
    Terminal.write(report.summary(after: ContinuousClock.now - start))
    return report
  }

  /// All checks when no section is named.
  private static func chosen(_ names: [String]) throws(ClientFailure) -> [ConformanceCheck] {
    let sections = names.compactMap(ConformanceCheck.Section.init)
    if sections.count == names.count {
      return ConformanceCheck.all.filter { names.isEmpty || sections.contains($0.section) }
    }
    let all = ConformanceCheck.Section.allCases.map(\.rawValue).joined(separator: ", ")
    throw ClientFailure("--only takes one of these sections: \(all).", .usage)
  }

  private static func url(_ text: String) throws(ClientFailure) -> HTTPURL {
    do throws(HTTPURLError) {
      return try HTTPURL(parsing: text)
    } catch {
      throw ClientFailure("The Base URL does not work: \(error).", .usage)
    }
  }
}
