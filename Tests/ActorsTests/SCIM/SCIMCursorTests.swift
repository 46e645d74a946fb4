import Testing
import Transport

@testable import Actors

@Suite struct SCIMCursorTests {
  private let now = Timestamp(milliseconds: 1_800_000_000_000)
  private let identity = Array("connection/Users".utf8)

  private func cursor(_ key: SCIMSortKey? = nil) -> SCIMCursor {
    SCIMCursor(issued: now, after: SCIMSpot(key: key, type: 1, row: 70_000))
  }

  @Test(arguments: [nil, SCIMSortKey.missing, .number(-1.5), .text(Array("ada\u{0}".utf8))])
  func `a cursor says where to go on`(key: SCIMSortKey?) throws {
    let text = cursor(key).text(for: identity)
    #expect(text == HTTPPercent.encode(text), "only unreserved characters")
    #expect(try SCIMCursor(parsing: text, for: identity, at: now) == cursor(key))
  }

  @Test func `the longest key fits`() throws {
    let key = SCIMSortKey.text(Array(repeating: 0x61, count: 10_000))
    let text = cursor(key).text(for: identity)
    #expect(try SCIMCursor(parsing: text, for: identity, at: now).after.key == key)
  }

  @Test func `a cursor of another query, a damaged or an invented one is invalidCursor`() throws {
    let text = cursor().text(for: identity)
    var damaged = Array(text.utf8)
    damaged[5] = damaged[5] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
    let others = [
      "x", "AAAA", "==", String(repeating: "A", count: 5000), String(text.dropLast()),
      String(decoding: damaged, as: UTF8.self), "é",
    ]
    for other in others { #expect(fault(other, identity, now) == .invalidCursor, "\(other)") }
    #expect(fault(text, Array("connection/Groups".utf8), now) == .invalidCursor)
  }

  @Test func `a cursor lasts an hour`() {
    let text = cursor().text(for: identity)
    let last = now.advanced(by: SCIMCursor.lifetime)
    #expect(fault(text, identity, Timestamp(milliseconds: last.milliseconds - 1)) == nil)
    #expect(fault(text, identity, last) == .expiredCursor)
  }

  private func fault(
    _ text: String, _ identity: [UInt8], _ now: Timestamp
  ) -> SCIMErrorType? {
    do {
      _ = try SCIMCursor(parsing: text, for: identity, at: now)
      return nil
    } catch {
      return error.scimType
    }
  }

  @Test func `every parameter but cursor and count belongs to the identity`() throws {
    func identity(_ pairs: (name: String, value: String)...) throws -> [UInt8] {
      try SCIMListQuery(SCIMQueryParameters(pairs)).identity(at: "c/Users")
    }
    let plain = try identity(("cursor", ""))
    #expect(try identity(("cursor", "x"), ("count", "5")) == plain)
    for name in ["sortBy", "sortOrder", "attributes", "excludedAttributes"] {
      #expect(try identity((name, "userName")) != plain)
    }
    #expect(try identity(("filter", "id pr")) != plain)
  }
}
