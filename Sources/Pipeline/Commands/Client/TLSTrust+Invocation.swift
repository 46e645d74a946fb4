import Transport

extension CommandOption {
  /// For commands that call an https server.
  static let authorities = CommandOption(
    "ca", .text("file"),
    help: "Certificates in PEM an https server may have its own from, besides the machine's.",
    isRepeating: true, environment: "SCIM_HRIS_CA")
}

extension TLSTrust {
  /// Whom a command with `CommandOption.authorities` believes.
  convenience init(_ invocation: Invocation) {
    self.init(files: invocation.values("ca").values, option: "--ca")
  }
}
