/// What a consumer can connect: the identity providers whose SCIM dialects are spoken.
struct Integration: Sendable {
  let serviceId: String
  /// As the provider writes its own name.
  let name: String

  static let universalApi = "hris"
  static let all = [
    Integration(serviceId: "okta-scim", name: "Okta"),
    Integration(serviceId: "entra-scim", name: "Microsoft Entra ID"),
    Integration(serviceId: "onelogin-scim", name: "OneLogin"),
    Integration(serviceId: "jumpcloud-scim", name: "JumpCloud"),
    Integration(serviceId: "scim", name: "SCIM 2.0"),
  ]
  static let serviceIds = all.map(\.serviceId)

  /// As people know it.
  static func name(of serviceId: String) -> String {
    serviceId == generic
      ? "the identity provider" : all.first { $0.serviceId == serviceId }?.name ?? serviceId
  }

  /// Any provider that speaks the protocol.
  static let generic = "scim"
}
