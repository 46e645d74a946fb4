/// A JSON object that keeps the order of its members; names are unique.
///
/// Objects here have tens of members, so look-up is a linear scan over the names.
package struct JSONObject: Sendable, Hashable {
  package struct Member: Sendable, Hashable {
    package var name: String
    package var value: JSONValue

    package init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  package var members: [Member]

  /// - Parameter members: names must be unique; the parser has checked its own.
  package init(_ members: [Member] = []) { self.members = members }

  package var isEmpty: Bool { members.isEmpty }
  package var count: Int { members.count }

  /// Reads, replaces in place, appends, or (with nil) removes the member of that exact name.
  package subscript(name: String) -> JSONValue? {
    get {
      let members = members.span
      for index in members.indices where members[index].name == name {
        return members[index].value
      }
      return nil
    }
    set {
      if let index = members.firstIndex(where: { $0.name == name }) {
        if let newValue {
          members[index].value = newValue
        } else {
          members.remove(at: index)
        }
      } else if let newValue {
        members.append(Member(name: name, value: newValue))
      }
    }
  }

  /// Equal when both hold the same members, in any order.
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.members.count == right.members.count else { return false }
    if left.members.elementsEqual(right.members) { return true }
    guard left.members.count > linearLimit else {
      return left.members.allSatisfy { right[$0.name] == $0.value }
    }
    let values = Dictionary(right.members.lazy.map { ($0.name, $0.value) }) { first, _ in first }
    return left.members.allSatisfy { values[$0.name] == $0.value }
  }

  /// Above as many members, comparing builds a table of names: no input may cost a square.
  private static let linearLimit = 24

  /// Members are hashed apart and summed, as their order does not count.
  package func hash(into hasher: inout Hasher) {
    var sum = 0
    for member in members {
      var own = Hasher()
      own.combine(member)
      sum &+= own.finalize()
    }
    hasher.combine(sum)
  }
}
