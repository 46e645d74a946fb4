package import Transport

/// `bulkId:x`, which stands for the id of a resource that the same request makes.
///
/// It is a reference where it is a whole string, or a quoted literal in the path of a PATCH. In
/// other texts it is text.
enum SCIMBulkReference {
  private static let prefix = "bulkId:"

  /// The bulkId that a text refers to, or nil.
  static func name(in text: String) -> String? {
    guard text.utf8.starts(with: prefix.utf8) else { return nil }
    let name = text.dropFirst(prefix.count)
    return name.isEmpty ? nil : String(name)
  }

  static func text(of name: String) -> String { prefix + name }

  /// `text` with each reference as `change` makes it.
  static func rewritten(_ text: String, isPath: Bool, _ change: (String) -> String) -> String {
    if let name = name(in: text) { return change(name) }
    guard isPath, text.contains(prefix) else { return text }
    return text.split(separator: "\"", omittingEmptySubsequences: false)
      .map { piece in name(in: String(piece)).map(change) ?? String(piece) }
      .joined(separator: "\"")
  }
}

extension JSONValue {
  /// The bulkIds it refers to, at any depth.
  var bulkReferences: Set<String> {
    var names: Set<String> = []
    _ = rewritingReferences { name in
      names.insert(name)
      return name
    }
    return names
  }

  /// - Parameter ids: by bulkId, at least of every reference; one that is missing stays as it is.
  package func resolvingReferences(_ ids: [String: String]) -> JSONValue {
    rewritingReferences { ids[$0] ?? SCIMBulkReference.text(of: $0) }
  }

  private func rewritingReferences(
    isPath: Bool = false, _ change: (String) -> String
  ) -> JSONValue {
    switch self {
    case .string(let text):
      return .string(SCIMBulkReference.rewritten(text, isPath: isPath, change))
    case .array(let elements):
      return .array(elements.map { $0.rewritingReferences(change) })
    case .object(var object):
      for index in object.members.indices {
        let member = object.members[index]
        object.members[index].value = member.value.rewritingReferences(
          isPath: SCIMText.sameName(member.name, "path"), change)
      }
      return .object(object)
    case .null, .bool, .number: return self
    }
  }
}
