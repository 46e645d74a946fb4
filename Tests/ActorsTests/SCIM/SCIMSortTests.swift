import TestSupport
import Testing
import Transport

@testable import Actors

@Suite struct SCIMSortTests {
  private let type = SCIMResourceType.user

  private func key(_ path: String, _ resource: String) throws -> SCIMSortKey {
    var places: [Range<Int>] = []
    return try #require(SCIMSort(by: path, type: type)).key(of: Array(resource.utf8), &places)
  }

  @Test(arguments: [
    ("userName", #"{"userName":"ada"}"#, #"{"userName":"Bob"}"#),
    ("title", #"{"title":"zz"}"#, #"{"title":"Ärztin"}"#),
    ("title", #"{"title":"z"}"#, #"{}"#), ("title", #"{"title":"z"}"#, #"{"title":""}"#),
    ("externalId", #"{"externalId":"B"}"#, #"{"externalId":"a"}"#),
    ("active", #"{"active":false}"#, #"{"active":true}"#),
    (
      "meta.lastModified", #"{"meta":{"lastModified":"2026-01-01T01:00:00+02:00"}}"#,
      #"{"meta":{"lastModified":"2026-01-01T00:00:00Z"}}"#
    ),
    (
      "emails", #"{"emails":[{"value":"z"},{"value":"a","primary":true}]}"#,
      #"{"emails":[{"value":"b"},{"value":"a"}]}"#
    ),
    (
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
      #"{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"a"}}"#,
      #"{"department":"A"}"#
    ),
  ])
  func `one comes before the other`(path: String, first: String, second: String) throws {
    #expect(try key(path, first) < key(path, second))
  }

  @Test func `case counts where the schema says so, and only there`() throws {
    #expect(try key("userName", #"{"userName":"ADA"}"#) == key("userName", #"{"userName":"ada"}"#))
    #expect(
      try key("externalId", #"{"externalId":"A"}"#) != key("externalId", #"{"externalId":"a"}"#))
  }

  @Test(arguments: ["nope", "name", "urn:x:y", "name.nope", "addresses", ""])
  func `what nothing can be sorted by is ignored`(path: String) {
    #expect(SCIMSort(by: path, type: type) == nil)
  }

  @Test func `numbers are in order as bytes`() {
    let numbers: [Double] = [-.infinity, -1e9, -2, -1, -0.5, 0, 0.5, 1, 2, 1e9, .infinity]
    let keys = numbers.map(SCIMSortKey.number)
    #expect(keys == keys.sorted() && Set(keys).count == numbers.count)
    #expect(SCIMSortKey.number(-0.0) == .number(0))
    let times = [-5, -1, 0, 1, 5].map { SCIMSortKey.time(Timestamp(milliseconds: $0)) }
    #expect(times == times.sorted())
    #expect(keys.allSatisfy { $0 < .missing } && times.allSatisfy { $0 < .missing })
  }

  @Test func `a window shows what sorting everything shows`() {
    var random = SeededGenerator(seed: 3)
    for round in 0..<300 {
      let count = Int.random(in: 0...400, using: &random)
      let spots = (0..<count).map { row in
        let key = SCIMSortKey.number(Double(Int.random(in: 0...9, using: &random)))
        return SCIMSpot(key: key, type: 0, row: row)
      }
      let descending = round.isMultiple(of: 2)
      let sorted = spots.sorted { $0.precedes($1, descending: descending) }
      let after = round.isMultiple(of: 3) ? sorted.randomElement(using: &random) : nil
      let (skip, limit) = (
        Int.random(in: 0...50, using: &random), Int.random(in: 1...50, using: &random)
      )
      var window = SCIMListWindow<Int>(
        order: .sorted(descending: descending), after: after, skip: skip, limit: limit)
      for spot in spots { window.offer(spot.row, at: spot) }
      let start = after.flatMap { sorted.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
      let wanted = sorted.dropFirst(start).dropFirst(skip).prefix(limit).map(\.row)
      #expect(window.page().map(\.item) == wanted)
      #expect(window.total == count)
    }
  }
}
