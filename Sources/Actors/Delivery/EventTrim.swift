import Transport

/// Cuts out of an event what its webhook's allow-list does not name.
///
/// Only whole members go, by their bytes; what stays is sent as it was committed. `id` and
/// `revision` always stay, as without them a receiver could not tell what it has.
package struct EventTrim: Sendable {
  /// Every name an allow-list may hold: the members of employees and groups.
  package static let names: [String] = {
    let employee = EmployeeField.allCases.map(\.name)
    return employee + Group.memberNames.filter { !employee.contains($0) }
  }()

  private static let kept: Set<String> = ["id", "revision"]
  /// Types that are told only because something differs.
  private static let updates = [
    EventType.employeeUpdated.rawValue, EventType.groupUpdated.rawValue,
  ]

  private let names: Set<String>

  package init(fields: [String]) { names = Self.kept.union(fields) }

  /// The bytes of the event's object without what is not allowed.
  package func cut(_ event: CommittedEvent) -> [UInt8] { cut(event.body, of: event.type) }

  /// - Parameter body: an event's object.
  func cut(_ body: [UInt8], of type: String) -> [UInt8] {
    guard Self.concerns(type) else { return body }
    var out: [UInt8] = []
    out.reserveCapacity(body.count)
    var copied = 0
    for member in JSONSlicer.members(of: body) ?? [] {
      guard let kept = kept(of: member, in: body) else { continue }
      out.append(contentsOf: body[copied..<member.value.lowerBound])
      out.append(kept.open)
      for (index, part) in kept.parts.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        out.append(contentsOf: body[part])
      }
      out.append(kept.close)
      copied = member.value.upperBound
    }
    out.append(contentsOf: body[copied...])
    return out
  }

  /// Whether it tells only of changes that are not allowed.
  package func empties(_ event: CommittedEvent) -> Bool {
    guard Self.updates.contains(event.type),
      let member = JSONSlicer.members(of: event.body)?
        .first(where: { Self.text(event.body, $0.name) == "changedFields" })
    else { return false }
    let changed = JSONSlicer.elements(of: event.body.span, in: member.value) ?? []
    return !changed.isEmpty && !changed.contains { isAllowed(event.body, Self.unquoted($0)) }
  }

  /// What stays of an object or array.
  private struct Kept {
    let open: UInt8
    let parts: [Range<Int>]
    let close: UInt8
  }

  /// - Returns: nil for a member that is left as it is.
  private func kept(of member: JSONSlicer.Member, in body: [UInt8]) -> Kept? {
    switch Self.text(body, member.name) {
    case "data", "previous":
      guard let members = JSONSlicer.members(of: body.span, in: member.value) else { return nil }
      let parts = members.filter { isAllowed(body, $0.name) }.map {
        $0.name.lowerBound - 1..<$0.value.upperBound
      }
      return Kept(open: UInt8(ascii: "{"), parts: parts, close: UInt8(ascii: "}"))
    case "changedFields":
      guard let elements = JSONSlicer.elements(of: body.span, in: member.value) else { return nil }
      let parts = elements.filter { isAllowed(body, Self.unquoted($0)) }
      return Kept(open: UInt8(ascii: "["), parts: parts, close: UInt8(ascii: "]"))
    default: return nil
    }
  }

  private func isAllowed(_ body: [UInt8], _ name: Range<Int>) -> Bool {
    names.contains(Self.text(body, name))
  }

  /// Operational events and tests are about no employee and no group.
  private static func concerns(_ type: String) -> Bool {
    type.hasPrefix("employee.") || type.hasPrefix("group.")
  }

  private static func unquoted(_ string: Range<Int>) -> Range<Int> {
    string.count < 2 ? string : string.lowerBound + 1..<string.upperBound - 1
  }

  private static func text(_ body: [UInt8], _ range: Range<Int>) -> String {
    String(decoding: body[range], as: UTF8.self)
  }
}
