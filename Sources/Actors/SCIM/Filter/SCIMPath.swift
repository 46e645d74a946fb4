/// Names an attribute as a client wrote it; which attribute that is depends on the resource type
/// (RFC 7644 §3.10, and §3.5.2 for the form with a filter).
package struct SCIMPath: Sendable, Hashable {
  /// `[URN:]name[.sub]`, as written.
  package let head: String
  /// What stood in brackets behind the head.
  package let filter: SCIMFilter.Expression?
  /// The sub-attribute behind the brackets.
  package let sub: String?

  package init(head: String, filter: SCIMFilter.Expression? = nil, sub: String? = nil) {
    self.head = head
    self.filter = filter
    self.sub = sub
  }

  /// Reads the path of a PATCH operation.
  package init(parsing text: String) throws(SCIMError) {
    let name = Self.trimmed(text)
    if !name.utf8.contains(UInt8(ascii: "[")) {
      guard Self.isHead(name) else { throw Self.malformed(text) }
      self.init(head: name)
      return
    }
    do {
      var parser = SCIMFilterParser(name)
      self = try parser.path()
    } catch {
      throw SCIMError(.invalidPath, "the path is malformed: \(error.detail)")
    }
  }

  private static func malformed(_ text: String) -> SCIMError {
    SCIMError(.invalidPath, "\"\(SCIMText.clipped(text))\" is not an attribute path")
  }

  private static func trimmed(_ text: String) -> String {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte >= 0x09 && byte <= 0x0D }
    guard let first = text.utf8.first, let last = text.utf8.last, isSpace(first) || isSpace(last)
    else { return text }
    let start = text.utf8.firstIndex { !isSpace($0) } ?? text.endIndex
    let end = text.utf8.lastIndex { !isSpace($0) }.map { text.utf8.index(after: $0) } ?? start
    return String(text[start..<end])
  }

  /// A name starts with a letter or `$`; a URN in front and sub-attributes behind are welcome.
  static func isHead(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "$") else {
      return false
    }
    return text.utf8.allSatisfy(isHeadByte) && text.utf8.last != UInt8(ascii: ".")
  }

  static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }

  static func isHeadByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "$"): true
    case UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"): true
    default: false
    }
  }
}

/// What a path means for one resource type.
enum SCIMTarget {
  /// An attribute of the core (block nil) or of an extension, perhaps one of its sub-attributes.
  case attribute(SCIMAttribute, sub: SCIMAttribute?, block: Int?)
  /// A name no schema knows below an attribute one does.
  case stray(SCIMAttribute, sub: String, block: Int?)
  /// All of the core schema (nil) or of an extension.
  case block(Int?)
  /// Nothing any schema knows: names from the outermost in; a leading URN counts as one name.
  case unknown([String])
}

extension SCIMResourceType {
  /// Finds what `head` means. A name without URN is looked for in the core first, then in the
  /// extensions, because Entra writes `manager`.
  func target(of head: String) -> SCIMTarget {
    if !head.utf8.contains(UInt8(ascii: ":")) {
      if let found = target(head[...], in: attributes, block: nil) { return found }
      for (index, pack) in extensions.enumerated() {
        if let found = target(head[...], in: pack.schema.attributes, block: index) { return found }
      }
      return .unknown(head.split(separator: ".").map(String.init))
    }
    if let rest = Self.rest(of: head, behind: schema.id) {
      if rest.isEmpty { return .block(nil) }
      return target(rest, in: attributes, block: nil)
        ?? .unknown(rest.split(separator: ".").map(String.init))
    }
    for (index, pack) in extensions.enumerated() {
      guard let rest = Self.rest(of: head, behind: pack.schema.id) else { continue }
      if rest.isEmpty { return .block(index) }
      return target(rest, in: pack.schema.attributes, block: index)
        ?? .unknown([pack.schema.id] + rest.split(separator: ".").map(String.init))
    }
    return .unknown(Self.split(unknownURN: head))
  }

  private func target(
    _ name: Substring, in list: SCIMAttributeList, block: Int?
  ) -> SCIMTarget? {
    guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")) else {
      return list.named(String(name)).map { .attribute($0, sub: nil, block: block) }
    }
    guard let attribute = list.named(String(name[..<dot])) else { return nil }
    let sub = String(name[name.utf8.index(after: dot)...])
    if let known = attribute.subAttributes.named(sub) {
      return .attribute(attribute, sub: known, block: block)
    }
    return .stray(attribute, sub: sub, block: block)
  }

  /// What follows `urn` and its colon in `head`; empty when nothing does, nil when it is another.
  private static func rest(of head: String, behind urn: String) -> Substring? {
    guard SCIMText.hasPrefix(head, urn) else { return nil }
    let rest = head.utf8.dropFirst(urn.utf8.count)
    guard let colon = rest.first else { return "" }
    return colon == UInt8(ascii: ":") ? Substring(rest.dropFirst()) : nil
  }

  /// `urn:x:1.0:name.sub` → `[urn:x:1.0, name, sub]`.
  private static func split(unknownURN head: String) -> [String] {
    guard let colon = head.utf8.lastIndex(of: UInt8(ascii: ":")) else { return [head] }
    let name = head[head.utf8.index(after: colon)...]
    guard let first = name.utf8.first, SCIMPath.isLetter(first) else { return [head] }
    return [String(head[..<colon])] + name.split(separator: ".").map(String.init)
  }
}
