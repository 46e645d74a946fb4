import Actors
import Transport

/// A connection's own mapping: checked when it is saved, tried before.
extension API {
  /// What is wrong with a mapping; nil when nothing is.
  static func mappingFault(_ value: JSONValue, at place: String) -> APIError? {
    if value.isNull { return nil }
    do throws(MappingReader.Fault) {
      _ = try MappingReader.read(value)
      return nil
    } catch {
      let near = error.member.split(separator: ".").last.flatMap {
        Suggestion.nearest(to: String($0), among: error.choices)
      }
      return .invalid(
        .body, error.member.isEmpty ? place : place + "." + error.member,
        error.detail + (near.map { "; did you mean \($0)?" } ?? ""))
    }
  }

  /// Tries a mapping on who changed last; nothing changes.
  func previewMapping(of consumer: Consumer, _ call: APICall) async throws(APIError) -> APIAnswer {
    var tried = try connection(of: consumer, call)
    let mapping = call.body["mapping"] ?? .null
    if let fault = Self.mappingFault(mapping, at: "mapping") { throw fault }
    tried.settings["mapping"] = mapping.isNull ? .none : .some(mapping)
    let limit = call.body["limit"]?.int ?? 100
    return .data(Self.json(try await backend.previewMapping(tried, limit: limit)))
  }

  private static func json(_ preview: MappingPreview) -> JSONValue {
    ["employees": json(preview.employees), "groups": json(preview.groups)]
  }

  private static func json(_ part: MappingPreview.Part) -> JSONValue {
    let fields = part.fields.sorted { ($1.value.changed, $0.key) < ($0.value.changed, $1.key) }
    return [
      "total": JSONValue(part.total), "checked": JSONValue(part.checked),
      "changed": JSONValue(part.changed),
      "fields": .array(
        fields.map { name, count in
          [
            "field": JSONValue(name), "changed": JSONValue(count.changed),
            "emptied": JSONValue(count.emptied),
          ]
        }),
      "changes": .array(
        part.shown.map { change in
          [
            "id": JSONValue(change.id), "name": .text(change.name),
            "changes": .array(change.differences.map(json)),
          ]
        }),
    ]
  }

  private static func json(_ difference: MappingPreview.Difference) -> JSONValue {
    [
      "field": JSONValue(difference.field), "before": difference.before,
      "after": difference.after,
    ]
  }
}
