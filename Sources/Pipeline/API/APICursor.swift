import Transport

/// The opaque place between two pages: the last id of the page before.
///
/// It grants nothing: what a page shows is decided by the access token alone.
struct APICursor: Equatable {
  /// Entries after this id follow.
  let after: String

  init(after: String) { self.after = after }

  /// The cursor of a call, if it has one.
  init?(of call: APICall) throws(APIError) {
    guard let text = call.queryText("cursor") else { return nil }
    guard let bytes = Base64.decode(text, .url), bytes.first == 0x31, bytes.count > 1,
      let after = String(validating: bytes.dropFirst(), as: UTF8.self)
    else { throw .unknownCursor }
    self.after = after
  }

  /// Versioned by its first byte, "1".
  var text: String { Base64.encode([0x31] + Array(after.utf8), .url) }
}

extension APIError {
  static let unknownCursor = APIError.invalid(.query, "cursor", "is not one that meta.next gave")
}

extension APICursor {
  /// Whether it can come of a list of such ids: `csm_…`. Which of them it names does not matter, as
  /// that one may be gone.
  fileprivate func isOf(_ kind: String) -> Bool {
    after.prefix { $0 != "_" } == kind.prefix { $0 != "_" }
  }
}

extension APIAnswer {
  /// A page of records that stand sorted by their ids.
  static func page<Record>(
    _ records: [Record], for call: APICall, id: (Record) -> String,
    render: (Record) -> JSONValue
  ) throws(APIError) -> APIAnswer {
    let cursor = try APICursor(of: call)
    if let cursor, let one = records.first, !cursor.isOf(id(one)) { throw .unknownCursor }
    let rest = records.filter { record in cursor.map { id(record) > $0.after } ?? true }
      .sorted { id($0) < id($1) }
    let shown = rest.prefix(call.limit)
    let next = rest.count > shown.count ? shown.last.map { APICursor(after: id($0)).text } : nil
    return .page(
      shown.map { render($0).bytes }, current: call.queryText("cursor"), next: next)
  }
}
