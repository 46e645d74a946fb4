package import Transport

/// One operation of a bulk request as it was sent (RFC 7644 §3.7), checked as far as that can be
/// done without knowing the others.
package struct SCIMBulkOperation: Sendable, Equatable {
  /// In upper case; empty when none was sent.
  package let method: String
  /// The path's segments, percent-decoded; its query counts for nothing.
  package let path: [String]
  package let bulkId: String?
  /// What the resource must still be, as in If-Match.
  package let version: String?
  /// `.null` for DELETE.
  package let data: JSONValue
  /// Every bulkId it names instead of an id.
  package let references: Set<String>
  /// Why it fails whatever the others do.
  package let problem: SCIMError?

  /// - Parameter object: an element of `Operations`; its keys in any case, unknown ones ignored.
  init(_ object: JSONObject) {
    func text(_ name: String) -> String? { object.value(named: name)?.string }
    method = text("method")?.uppercased() ?? ""
    path = (text("path") ?? "").prefix { $0 != "?" && $0 != "#" }.split(separator: "/").map {
      HTTPPercent.decode($0)
    }
    bulkId = text("bulkId").flatMap { $0.isEmpty ? .none : $0 }
    version = text("version").flatMap { $0.isEmpty ? .none : $0 }
    data = method == "DELETE" ? .null : object.value(named: "data") ?? .null
    references = data.bulkReferences.union(Self.reference(in: path).map { [$0] } ?? [])
    problem = Self.problem(method, path: path, bulkId: bulkId, data: data)
  }

  /// Whether it makes a new resource, which others may name by its bulkId.
  package var isCreation: Bool { method == "POST" }

  /// The bulkId that stands in its path for an id.
  var pathReference: String? { Self.reference(in: path) }

  private static func reference(in path: [String]) -> String? {
    path.count > 1 ? SCIMBulkReference.name(in: path[1]) : nil
  }

  private static func problem(
    _ method: String, path: [String], bulkId: String?, data: JSONValue
  ) -> SCIMError? {
    guard ["POST", "PUT", "PATCH", "DELETE"].contains(method) else {
      return SCIMError(.invalidValue, "method must be POST, PUT, PATCH or DELETE")
    }
    if path.isEmpty { return SCIMError(.invalidValue, "\(method) needs a path, such as /Users") }
    if method == "POST", bulkId == nil {
      return SCIMError(.invalidValue, "POST needs a bulkId, to name its result by")
    }
    guard method == "DELETE" || data.object != nil else {
      return SCIMError(.invalidValue, "\(method) needs data, a JSON object")
    }
    return nil
  }
}
