package import Transport

extension SCIMResourceType {
  /// The body without any password, before it is written anywhere: at the top in any case, in a
  /// PATCH operation by path or inside its value, in blocks no schema knows.
  package func removingSecrets(from body: JSONObject) -> JSONObject {
    guard mentionsSecret(body) else { return body }
    var clean = JSONObject()
    clean.members.reserveCapacity(body.count)
    let pathIsSecret = body.value(named: "path")?.string.map(namesSecret) ?? false
    for member in body.members where !isSecret(member.name) {
      if pathIsSecret && SCIMText.sameName(member.name, "value") { continue }
      clean.members.append(
        .init(name: member.name, value: removingSecrets(from: member.value)))
    }
    return clean
  }

  func removingSecrets(from value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object): .object(removingSecrets(from: object))
    case .array(let elements): .array(elements.map(removingSecrets(from:)))
    default: value
    }
  }

  /// Whether an attribute of that name, with or without URN, is one nobody may see.
  func isSecret(_ name: String) -> Bool {
    if name.utf8.count < shortestSecret { return false }
    return secretNames.contains { secret in
      let rest = name.utf8.count - secret.utf8.count
      guard rest >= 0 else { return false }
      if rest == 0 { return SCIMText.sameName(name, secret) }
      guard let separator = name.utf8.dropFirst(rest - 1).first else { return false }
      guard separator == UInt8(ascii: ":") || separator == UInt8(ascii: ".") else { return false }
      return SCIMText.sameName(name.utf8.dropFirst(rest), secret.utf8)
    }
  }

  /// Whether any part of a path names a secret.
  private func namesSecret(_ path: String) -> Bool {
    path.split(whereSeparator: { ":.[] \"".contains($0) }).contains { part in
      secretNames.contains { SCIMText.sameName($0.utf8, part.utf8) }
    }
  }

  private func mentionsSecret(_ object: JSONObject) -> Bool {
    object.members.contains { member in
      if isSecret(member.name) { return true }
      guard case .string(let text) = member.value else { return mentionsSecret(member.value) }
      return SCIMText.sameName(member.name, "path") && namesSecret(text)
    }
  }

  private func mentionsSecret(_ value: JSONValue) -> Bool {
    switch value {
    case .object(let object): mentionsSecret(object)
    case .array(let elements): elements.contains(where: mentionsSecret)
    default: false
    }
  }
}
