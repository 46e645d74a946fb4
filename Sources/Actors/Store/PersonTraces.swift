import Transport

/// The texts by which a person is found in files that hold lines, or ends of lines, of anybody:
/// names, addresses, numbers, and whatever a customer's own fields say.
///
/// Short texts and what an organisation gives to many are left out: they tell of nobody.
struct PersonTraces {
  /// Shorter ones occur everywhere.
  private static let shortest = 4
  /// Fields that say something of one person.
  private static let personal: [EmployeeField] = [
    .externalId, .username, .firstName, .lastName, .middleName, .displayName, .preferredName,
    .email, .workEmail, .personalEmail, .emails, .phoneNumbers, .mobilePhoneNumber,
    .workPhoneNumber, .homeLocation, .employeeNumber, .avatarUrl, .profileUrl, .customFields,
  ]

  let texts: [String]

  init(_ employee: Employee, resource: [UInt8]?) {
    var found: Set<String> = []
    for field in Self.personal { Self.gather(employee[field], into: &found) }
    let stored = resource.flatMap { try? JSONValue(parsing: $0) }
    for name in ["userName", "externalId", "name", "displayName", "nickName", "emails"] {
      Self.gather(stored?[name] ?? .null, into: &found)
    }
    texts = found.sorted()
  }

  private static func gather(_ value: JSONValue, into found: inout Set<String>) {
    switch value {
    case .string(let text): if text.utf8.count >= shortest { found.insert(text) }
    case .number(let number): if number.text.utf8.count >= shortest { found.insert(number.text) }
    case .array(let elements): for element in elements { gather(element, into: &found) }
    case .object(let object):
      for member in object.members where !words.contains(member.name) {
        gather(member.value, into: &found)
      }
    default: break
    }
  }

  /// Members whose values are words of the protocol.
  private static let words: Set<String> = ["type", "primary", "country", "state", "schemas"]
}
