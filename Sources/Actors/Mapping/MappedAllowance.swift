import Transport

/// How much a connection's own mapping may still give one person: one attribute can be read by every
/// field, and what comes of it has to fit into an event.
struct MappedAllowance {
  /// Bytes of JSON.
  static let limit = 64 * 1024

  private var left = Self.limit

  /// The value, or nothing once it is too much; standard rules give what they give.
  mutating func admit(_ value: JSONValue, by expression: EmployeeExpression) -> JSONValue {
    guard case .fitting(let kind, _) = expression, !value.isNull else { return value }
    let size = value.bytes.count
    guard size <= left else { return kind == .list ? .array([]) : .null }
    left -= size
    return value
  }
}
