import Actors
import Transport

/// When tokens were last used, kept from one life of the server to the next.
extension Server {
  private static let cursor = "activity"

  func saveActivity() throws(SpoolError) {
    let members = topology.activity.all.sorted { $0.key < $1.key }.map { id, entry in
      let tokens = entry.tokens.sorted { $0.key < $1.key }.map {
        JSONObject.Member(name: $0.key, value: JSONValue($0.value.description))
      }
      return JSONObject.Member(
        name: id,
        value: [
          "lastRequest": .time(entry.lastRequest), "wrongToken": .time(entry.wrongToken),
          "tokens": .object(JSONObject(tokens)),
        ])
    }
    spool.saveCursor(Self.cursor, .object(JSONObject(members)), synchronously: true)
  }

  func restoreActivity() {
    guard let saved = (try? spool.cursor(Self.cursor))?.object else { return }
    func time(_ value: JSONValue?) -> Timestamp? {
      value?.string.flatMap { Timestamp(parsing: $0) }
    }
    var entries: [String: ConnectionActivity.Entry] = [:]
    for member in saved.members {
      var entry = ConnectionActivity.Entry()
      entry.lastRequest = time(member.value["lastRequest"])
      entry.wrongToken = time(member.value["wrongToken"])
      for token in member.value["tokens"]?.object?.members ?? [] {
        entry.tokens[token.name] = time(token.value)
      }
      entries[member.name] = entry
    }
    topology.activity.restore(entries)
  }
}
