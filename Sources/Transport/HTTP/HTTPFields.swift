/// The header fields of one message, in order; names are compared without case (RFC 9110 §5.1).
package struct HTTPFields: Sendable, Equatable {
  package struct Field: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  package private(set) var fields: [Field] = []

  package init() {}

  /// - Parameter pairs: names and values the caller vouches for: no CR, LF or NUL.
  package init(_ pairs: KeyValuePairs<String, String>) {
    for (name, value) in pairs { append(name, value) }
  }

  package mutating func append(_ name: String, _ value: String) {
    fields.append(Field(name: name, value: value))
  }

  /// Reads the first value; setting replaces every field of that name, nil removes them.
  package subscript(name: String) -> String? {
    get { fields.first { Self.same($0.name, name) }?.value }
    set {
      fields.removeAll { Self.same($0.name, name) }
      if let newValue { append(name, newValue) }
    }
  }

  package func all(_ name: String) -> [String] {
    fields.filter { Self.same($0.name, name) }.map(\.value)
  }

  private static func same(_ left: String, _ right: String) -> Bool {
    var left = left
    var right = right
    return left.withUTF8 { a in
      right.withUTF8 { b in
        guard a.count == b.count else { return false }
        for index in 0..<a.count where unsafe a[index] != b[index] {
          let (x, y) = unsafe (a[index] | 0x20, b[index] | 0x20)
          if x != y || !(0x61...0x7A).contains(x) { return false }
        }
        return true
      }
    }
  }
}
