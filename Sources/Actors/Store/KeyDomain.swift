import Transport

/// What a hash in an index stands for, mixed into it so that an id never meets an e-mail address.
enum KeyDomain: Sendable {
  /// A SCIM id, of a set.
  case id(set: Int)
  /// An employee's or a group's id.
  case record
  /// A value of one of a type's indexes, of a set.
  case value(index: Int, set: Int)
  /// The externalId a deleted row had, of a set.
  case formerExternalId(set: Int)

  var seed: UInt64 {
    switch self {
    case .id(let set): Self.seed(1, 0, set)
    case .record: Self.seed(2, 0, 0)
    case .value(let index, let set): Self.seed(3, index, set)
    case .formerExternalId(let set): Self.seed(4, 0, set)
    }
  }

  private static func seed(_ kind: UInt64, _ index: Int, _ set: Int) -> UInt64 {
    kind << 56 | UInt64(index) << 40 | UInt64(set)
  }
}
