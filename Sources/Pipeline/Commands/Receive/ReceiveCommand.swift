import Actors
import Transport

/// `receive`: a receiver for a desk, a test or a rehearsal, so that nobody writes one to see events.
enum ReceiveCommand {
  static let command = Command(
    "receive", abstract: "Receive webhooks, check their signatures, print each",
    discussion: """
      Answers 204, and 401 to what is not signed with one of the secrets or is more than five \
      minutes old. With --fail, --status, --hang, --reset or --slow it plays a receiver that is \
      not well, so that you can watch what a sender makes of it. Ends after --count arrivals or \
      with Ctrl-C; exits with 1 when something was not signed as it should be.
      """,
    examples: [
      .init("scim-hris receive --port 9000", "the secret from SCIM_HRIS_SIGNING_SECRET"),
      .init("scim-hris receive --fail 3 --slow 2s", "three times 500, then well, always late"),
    ],
    options: [
      CommandOption(
        "port", .count(0...65_535), help: "Where to listen; 0 takes a free one.", default: "9000"),
      CommandOption(
        "listen", .text("address"), help: "The address to listen on.", default: "127.0.0.1"),
      secret,
      CommandOption("count", .count(1...Int.max), help: "End after so many arrivals."),
      CommandOption("fail", .count(1...Int.max), help: "Answer 500 to the first so many."),
      CommandOption("status", .count(200...599), help: "Answer everything with this status."),
      CommandOption(
        "retry-after", .count(0...86_400), help: "Seconds, sent as Retry-After with an error."),
      CommandOption("hang", help: "Never answer."),
      CommandOption("reset", help: "Reset the connection instead of answering."),
      CommandOption("slow", .duration(1...600_000), help: "Wait so long before each answer."),
      CommandOption(
        "tls-certificate", .text("file"),
        help: "Speak https: the certificate and those below its root, in PEM."),
      CommandOption("tls-key", .text("file"), help: "The certificate's key, in PEM."),
      CommandOption("json", help: "Print each arrival as a line of JSON, the event in it."),
    ],
    run: { invocation in
      do throws(ClientFailure) {
        return try await ReceiveRun(invocation).run()
      } catch {
        Terminal.write("Error: \(error.sentence)\n", to: .error)
        return error.exit
      }
    })

  /// Shared with `listen`, which signs with it.
  static let secret = CommandOption(
    "secret", .text("whsec_…"),
    help: "A signing secret; arguments show in `ps`, the variable does not.", isRepeating: true,
    environment: "SCIM_HRIS_SIGNING_SECRET")

  /// The secrets of a command line, each of them one.
  static func secrets(of invocation: Invocation) throws(ClientFailure) -> [Secret] {
    let secrets = invocation.values("secret").values.map { Secret($0) }
    for secret in secrets where WebhookSignature(secrets: [secret]).isEmpty {
      throw ClientFailure(
        "That is no signing secret: it starts with whsec_, and base64 follows.", .usage)
    }
    return secrets
  }
}
