import TestSupport
import Testing
import Transport

@testable import Actors

@Suite struct SCIMFilterTests {
  @Test(arguments: SCIMFilterFacts.valid)
  func `a filter implementations agree on is read`(filter: String) throws {
    _ = try SCIMFilter(parsing: filter)
  }

  @Test(arguments: SCIMFilterFacts.invalid)
  func `a filter implementations refuse is invalidFilter`(filter: String) throws {
    do {
      _ = try SCIMFilter(parsing: filter)
      Issue.record("\(filter) was read")
    } catch {
      #expect(error.scimType == .invalidFilter)
      #expect(error.status == 400)
    }
  }

  @Test(arguments: SCIMFilterFacts.precedence)
  func `and binds before or, parentheses before both`(filter: String, canonical: String) throws {
    #expect(try SCIMFilter(parsing: filter).description == canonical)
  }

  @Test(arguments: [
    (#"userName eq bjensen"#, 13), (#"userName xx "a""#, 10), (#"é eq "a""#, 1),
    (#"title eq "é" and x"#, 19), (#"(title pr"#, 10), (#"title pr)"#, 9),
    (#"emails[type eq "work""#, 22), (#"not title pr"#, 5), (#"title eq True"#, 10),
  ])
  func `a fault is told by its character`(filter: String, character: Int) throws {
    do {
      _ = try SCIMFilter(parsing: filter)
      Issue.record("\(filter) was read")
    } catch {
      #expect(error.detail.hasPrefix("Filter at character \(character): "), "\(error.detail)")
    }
  }

  @Test func `a filter printed and read again means the same`() throws {
    for filter in SCIMFilterFacts.valid {
      let first = try SCIMFilter(parsing: filter).description
      #expect(try SCIMFilter(parsing: first).description == first)
    }
  }

  @Test func `depth and length are bounded`() throws {
    let deep = String(repeating: "(", count: 5000) + "a pr" + String(repeating: ")", count: 5000)
    #expect(throws: SCIMError.self) { try SCIMFilter(parsing: deep) }
    let long = Array(repeating: "a pr", count: 5000).joined(separator: " or ")
    #expect(throws: SCIMError.self) { try SCIMFilter(parsing: long) }
  }

  @Test func `random filters are read or refused and never trap`() throws {
    var random = SeededGenerator(seed: 7)
    let parts = [
      "userName", "emails", "emails.value", "active", "meta.lastModified", "name", "urn:x:y",
      "$ref",
      " eq ", " ne ", " co ", " gt ", " pr", " and ", " or ", "not ", "not(", "(", ")", "[", "]",
      ".",
      "\"a\"", "\"é\\u00e9\"", "true", "null", "5", "-1.5e3", "\"2011-05-13T04:42:34Z\"", " ", "\"",
      "\\", "é", "type", "work",
    ]
    let user = try SCIMBodies.stored().attributes.bytes
    var read = 0
    for _ in 0..<20_000 {
      let count = Int.random(in: 1...9, using: &random)
      let text = (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
      guard let filter = try? SCIMFilter(parsing: text) else { continue }
      read += 1
      guard let matcher = try? SCIMMatcher(filter, type: .user) else { continue }
      _ = matcher.matches(user)
    }
    #expect(read > 50)
  }
}
