import Actors
import Transport

extension DeadLetters {
  /// Letters of these webhooks, by their events' ids, the newest first: only those on the page are
  /// read.
  func page(
    of webhooks: Set<String>, after: String?, limit: Int
  ) async throws(FileError) -> DeadLetterPage {
    let directory = directory
    return try await disk.run { () throws(FileError) in
      let names = try self.names().filter { webhooks.contains(Self.webhook(of: $0)) }
        .sorted { Self.order($0) > Self.order($1) }
      let rest = after.map { after in names.filter { Self.order($0) < Self.order(after) } } ?? names
      var page = DeadLetterPage()
      for name in rest.prefix(limit) {
        let path = "\(directory)/\(name).json"
        // One that succeeded meanwhile is gone.
        guard try FileSystem.status(path) != nil else { continue }
        if let letter = SpoolDeadLetter(name: name, try FileSystem.contents(of: path)) {
          page.letters.append(letter)
        }
      }
      page.next = rest.count > limit ? rest[limit - 1] : nil
      return page
    }
  }

  private static func webhook(of name: String) -> String { String(name.prefix { $0 != "-" }) }

  /// Ids of events ascend with time.
  private static func order(_ name: String) -> String {
    String(name.drop { $0 != "-" }) + name
  }
}
