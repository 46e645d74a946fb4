import Transport

/// The `members` of an outcome's line: what came, went and changed among a group's members.
///
/// An added member stands for the resource of that id if there is one when the line is applied;
/// `attached` names the others that stand for a resource now.
package struct CommittedMembers: Sendable, Equatable {
  package var change = MemberChange()
  /// Values of members and the keys of what they stand for, "Users/2819…".
  package var attached: [Attachment] = []

  package struct Attachment: Sendable, Equatable {
    package var value: String
    package var path: String
  }

  package init(_ change: MemberChange = MemberChange(), attached: [Attachment] = []) {
    self.change = change
    self.attached = attached
  }

  func write(to out: inout [UInt8]) {
    out.append(contentsOf: #","members":{"added":"#.utf8)
    JSONValue.array(change.added.map { .object($0.json) }).write(to: &out)
    if !change.changed.isEmpty {
      out.append(contentsOf: #","changed":"#.utf8)
      JSONValue.array(change.changed.map { .object($0.json) }).write(to: &out)
    }
    out.append(contentsOf: #","removed":"#.utf8)
    JSONValue.array(change.removed.map { JSONValue($0) }).write(to: &out)
    if !attached.isEmpty {
      out.append(contentsOf: #","attached":"#.utf8)
      let links = attached.map { JSONObject.Member(name: $0.value, value: JSONValue($0.path)) }
      JSONObject(links).write(to: &out)
    }
    out.append(UInt8(ascii: "}"))
  }

  /// - Parameter json: what `write` wrote; nil for anything else.
  init?(json: JSONValue) {
    func members(_ name: String) -> [SCIMMember]? {
      let elements = json[name]?.array ?? []
      let members = elements.compactMap { try? SCIMMember($0) }
      return members.count == elements.count ? members : nil
    }
    guard let added = members("added"), let changed = members("changed") else { return nil }
    change = MemberChange(
      added: added, changed: changed,
      removed: (json["removed"]?.array ?? []).compactMap(\.string))
    attached = (json["attached"]?.object?.members ?? []).compactMap { member in
      member.value.string.map { Attachment(value: member.name, path: $0) }
    }
  }
}
