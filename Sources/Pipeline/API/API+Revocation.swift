import Transport

/// What may be done while the disk is short of space: taking away. A token that has leaked must not
/// stay good until somebody has bought a disk, and the reserve is there for such lines.
extension APICall {
  /// Whether it takes a credential or a connection away and does nothing else. Such calls come to
  /// an end by themselves, as nothing that could be taken away can be made meanwhile.
  var isRevocation: Bool {
    switch route.operation {
    case .open(.revokeAccessToken), .application(.deleteKey), .consumer(.deleteToken),
      .consumer(.deleteSetupLink), .owner(.deleteApplicationKey), .owner(.deleteConnectionToken):
      true
    // The other choice writes a line for each employee.
    case .consumer(.deleteConnection): queryText("employees") == "keep"
    case .consumer(.updateConnection): bool("enabled") == false && namesNothingElse
    default: false
    }
  }

  private var namesNothingElse: Bool {
    body.members.allSatisfy { ["enabled", "consumerId"].contains($0.name) }
  }
}
