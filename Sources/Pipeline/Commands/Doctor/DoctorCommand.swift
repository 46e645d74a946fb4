/// `doctor`: whether this machine and this set-up are what the server needs.
enum DoctorCommand {
  static let command = Command(
    "doctor", abstract: "Check this machine and this set-up, and say what to do",
    discussion: """
      One line for each check: ok, ! for what works and should be looked at, x for what does not. \
      Exits with 1 when there is an x. It changes nothing; the file that measures the disk goes \
      again. Give it the options, or the variables, \
      that the server is started with.
      """,
    examples: [
      .init("sudo -u scim-hris scim-hris doctor --spool /var/lib/scim-hris", "as the owner"),
      .init("scim-hris doctor --public", "and what stands in front of the server"),
    ],
    options: [
      CommandOption(
        "spool", .text("directory"), help: "The spool of the server that runs here.",
        default: "./spool", environment: "SCIM_HRIS_SPOOL"),
      CommandOption(
        "max-connections", .count(1...100_000), help: "As the server is told.", default: "512",
        environment: "SCIM_HRIS_MAX_CONNECTIONS"),
      CommandOption(
        "delivery-concurrency", .count(1...4096), help: "As the server is told.", default: "128",
        environment: "SCIM_HRIS_DELIVERY_CONCURRENCY"),
      CommandOption(
        "disk-reserve", .size(0...(1 << 50)), help: "As the server is told.",
        environment: "SCIM_HRIS_DISK_RESERVE"),
      CommandOption(
        "public", help: "Come to the public address too, as an identity provider does."),
      CommandOption(
        "public-url", .url, help: "As the server is told; the running one says it by itself.",
        environment: "SCIM_HRIS_PUBLIC_URL"),
      .authorities,
      CommandOption("json", help: "Print a line of JSON for each check."),
    ],
    run: { invocation in await DoctorRun(invocation).run() })
}
