import Transport

extension APIInput {
  /// What is wrong with a value of the body; nil when nothing is.
  func fault(in value: JSONValue) -> String? {
    if value.isNull { return nullable ? nil : "must not be null" }
    switch kind {
    case .text(let limit):
      guard let text = value.string else { return "must be a string" }
      return Self.fault(inText: text, limit: limit)
    case .boolean:
      return value.bool == nil ? "must be true or false" : nil
    case .integer(let range):
      guard let number = value.int else { return "must be a whole number" }
      return Self.fault(in: number, range)
    case .choice(let words):
      guard let word = value.string else { return "must be a string" }
      return Self.fault(inWord: word, of: words)
    case .list(let words):
      return Self.fault(inList: value, of: words)
    case .timestamp:
      guard let text = value.string else { return "must be a string" }
      return Self.fault(inTimestamp: text)
    case .place:
      if let number = value.int { return number >= 1 ? nil : "must be 1 or more" }
      guard let text = value.string, Timestamp(parsing: text) != nil else {
        return "must be a line's number or a time such as 2026-01-02T03:04:05Z"
      }
      return nil
    case .object:
      return value.object == nil ? "must be an object" : nil
    }
  }

  /// The value of a query or path parameter.
  func value(of text: String) throws(APIError) -> JSONValue {
    let value: JSONValue
    switch kind {
    case .boolean: value = text == "true" ? true : text == "false" ? false : JSONValue(text)
    case .integer, .place: value = Int(text).map { JSONValue($0) } ?? JSONValue(text)
    case .list:
      // In a query a list stands with commas in between.
      value = .array(text.split(separator: ",").map { JSONValue(String($0)) })
    default: value = JSONValue(text)
    }
    if let fault = fault(in: value) { throw .invalid(.query, name, fault) }
    return value
  }

  private static func fault(inText text: String, limit: Int) -> String? {
    if text.utf8.count > limit { return "must be at most \(limit) bytes long" }
    if text.utf8.allSatisfy({ $0 == 0x20 }) { return "must not be empty" }
    // A line break or NUL in a name would forge lines in logs and tables.
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      return "must not hold control characters"
    }
    return nil
  }

  private static func fault(in number: Int, _ range: ClosedRange<Int>) -> String? {
    range.contains(number) ? nil : "must be from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func fault(inWord word: String, of words: [String]) -> String? {
    if words.contains(word) { return nil }
    if let near = Suggestion.nearest(to: word, among: words) {
      return "does not know \"\(word.prefix(64))\"; did you mean \"\(near)\"?"
    }
    return "must be one of \(words.joined(separator: ", "))"
  }

  private static func fault(inList value: JSONValue, of words: [String]?) -> String? {
    guard let items = value.array else { return "must be an array of strings" }
    guard items.count <= 1000 else { return "must hold at most 1000 entries" }
    var seen: Set<String> = []
    for item in items {
      guard let word = item.string else { return "must be an array of strings" }
      guard seen.insert(word).inserted else { return "names \"\(word.prefix(64))\" twice" }
      if let words, let fault = fault(inWord: word, of: words) { return fault }
    }
    return nil
  }

  private static func fault(inTimestamp text: String) -> String? {
    Timestamp(parsing: text) == nil
      ? "must be a time as in RFC 3339, for example 2026-01-02T03:04:05Z" : nil
  }
}
