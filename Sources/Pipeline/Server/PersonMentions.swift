import Actors
import Transport

/// How a person is recognised in bytes of files that nobody takes apart.
///
/// Ids tell by themselves. A name may be somebody else's, too, or an everyday word, so it counts
/// only in the person's own connection and where it is given as a name.
struct PersonMentions: Sendable {
  /// Names that are shorter, and no address, are other people's as well.
  private static let distinctive = 8

  private let connection: [UInt8]
  /// How lines of the log of calls name it.
  private let ofConnection: [UInt8]
  private let ids: [[UInt8]]
  private let inLetters: [[UInt8]]
  private let inCalls: [[UInt8]]
  /// For ends of files, of which nobody knows whose they are: whatever tells of the person.
  let traces: [[UInt8]]

  /// - Parameter person: nil once nothing but ids is known.
  init(connection: String, ids: [String], person: ErasedPerson? = nil) {
    self.connection = SpoolSearch.folded(JSONValue(connection).bytes)
    ofConnection = Self.member("connection", connection)
    self.ids = ids.map { SpoolSearch.folded(Array($0.utf8)) }
    let names = (person?.names ?? []).filter { !$0.isEmpty }
    let rare = names.filter { $0.contains("@") || $0.utf8.count >= Self.distinctive }
    inLetters =
      names.map { Self.member("remoteId", $0) }
      + rare.flatMap { [Self.member("userName", $0), Self.member("value", $0)] }
    let searched = (person?.searched ?? []).filter { !$0.isEmpty }
    inCalls = searched.map { Self.literal($0) } + rare.map { Self.escaped($0) }
    traces = (ids + (person?.traces ?? [])).flatMap { Self.spellings($0) }
  }

  /// - Parameter letter: a file of `dead/`.
  func isMeant(letter: [UInt8]) -> Bool {
    guard SpoolSearch.occurs(connection, in: letter),
      (ids + inLetters).contains(where: { SpoolSearch.occurs($0, in: letter) })
    else { return false }
    let event = SpoolDeadLetter(name: "", letter)?.event
    return !(event.map { ErasureNotice.isOne($0) } ?? false)
  }

  /// - Parameter call: a line of `requests/`. One at a Base URL of nobody is nobody else's either.
  func isMeant(call: ArraySlice<UInt8>) -> Bool {
    guard
      SpoolSearch.occurs(ofConnection, in: call)
        || SpoolSearch.occurs(Self.noConnection, in: call)
    else { return false }
    return (ids + inCalls).contains { SpoolSearch.occurs($0, in: call) }
  }

  private static let noConnection = Array(#""connection":"""#.utf8)

  /// A member with that value, as it stands in JSON.
  private static func member(_ name: String, _ value: String) -> [UInt8] {
    SpoolSearch.folded(Array("\"\(name)\":".utf8) + JSONValue(value).bytes)
  }

  /// The whole text a filter compares with, as it stands in JSON.
  private static func literal(_ text: String) -> [UInt8] {
    escaped(String(decoding: JSONValue(text).bytes, as: UTF8.self))
  }

  private static func escaped(_ text: String) -> [UInt8] {
    SpoolSearch.folded(Array(JSONValue(text).bytes.dropFirst().dropLast()))
  }

  /// As it is, and as it stands in JSON.
  private static func spellings(_ text: String) -> [[UInt8]] {
    let plain = SpoolSearch.folded(Array(text.utf8))
    return plain == escaped(text) ? [plain] : [plain, escaped(text)]
  }
}
