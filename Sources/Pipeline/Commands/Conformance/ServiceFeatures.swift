import Transport

/// What a server says it supports; what it does not offer is no fault of it.
struct ServiceFeatures: Sendable {
  enum Feature: String, CaseIterable, Sendable {
    case patch, filter, bulk, sort, etag
    case cursor, groups, enterprise
  }

  private(set) var supported: Set<Feature> = []
  /// Operations one bulk request may hold, when that is said.
  private(set) var maxOperations: Int?

  func has(_ feature: Feature) -> Bool { supported.contains(feature) }

  /// - Parameters:
  ///   - config: /ServiceProviderConfig; when it is no object, patch and filter are tried.
  ///   - types: the elements of /ResourceTypes.
  init(config: JSONValue, types: [JSONValue]) {
    if config.object == nil { supported = [.patch, .filter] }
    for feature: Feature in [.patch, .filter, .bulk, .sort, .etag]
    where config[feature.rawValue]?["supported"]?.bool == true {
      supported.insert(feature)
    }
    if config["pagination"]?["cursor"]?.bool == true { supported.insert(.cursor) }
    maxOperations = config["bulk"]?["maxOperations"]?.int
    let user = types.first { $0["schema"]?.string == SCIMNames.user }
    let extensions = user?["schemaExtensions"]?.array ?? []
    if types.contains(where: { $0["schema"]?.string == SCIMNames.group }) {
      supported.insert(.groups)
    }
    if extensions.contains(where: { $0["schema"]?.string == SCIMNames.enterprise }) {
      supported.insert(.enterprise)
    }
  }
}
