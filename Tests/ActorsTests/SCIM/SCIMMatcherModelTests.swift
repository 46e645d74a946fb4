import TestSupport
import Testing
import Transport

@testable import Actors

/// The matcher over bytes against the model over trees: random filters, random resources.
@Suite struct SCIMMatcherModelTests {
  /// One attribute of every kind, single and several.
  private static let type = SCIMResourceType(
    name: "Thing", description: "", endpoint: "/Things",
    schema: SCIMSchema(
      id: "urn:x:Thing", name: "Thing", description: "",
      attributes: [
        SCIMAttribute("label"), SCIMAttribute("code", caseExact: true),
        SCIMAttribute("on", .boolean), SCIMAttribute("size", .integer),
        SCIMAttribute("weight", .decimal), SCIMAttribute("made", .dateTime),
        SCIMAttribute("tags", multiValued: true),
        SCIMAttribute(
          "parts", .complex, multiValued: true,
          subAttributes: [
            SCIMAttribute("value"), SCIMAttribute("type"), SCIMAttribute("primary", .boolean),
            SCIMAttribute("count", .integer),
          ]),
        SCIMAttribute(
          "owner", .complex,
          subAttributes: [SCIMAttribute("value", caseExact: true), SCIMAttribute("title")]),
      ]),
    extensions: [
      .init(
        SCIMSchema(
          id: "urn:x:More", name: "More", description: "",
          attributes: [SCIMAttribute("room"), SCIMAttribute("floor", .integer)]))
    ])

  private static let paths = [
    "label", "code", "on", "size", "weight", "made", "tags", "parts", "parts.value", "parts.type",
    "parts.primary", "parts.count", "owner", "owner.title", "owner.value", "room", "floor",
    "urn:x:More:room", "urn:x:More", "urn:x:Thing:label", "unknown", "owner.unknown",
  ]
  private static let texts = [
    "a", "A", "b", "ab", "aB", "", "é", "É", "e\u{301}", "K", "\u{212A}", "x\\y", "x\"y",
    "a\u{301}b",
    "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2025-06-01T00:00:00.500Z", "ß", "İ",
  ]
  private static let numbers = ["0", "-0", "1", "2", "1.5", "1e1", "10", "9007199254740993", "-3"]

  @Test func `bytes and trees give the same verdict`() throws {
    var random = SeededGenerator(seed: 31)
    let model = SCIMTreeMatcher(type: Self.type)
    var (matched, unmatched, refused) = (0, 0, 0)
    for _ in 0..<4000 {
      let text = Self.filter(depth: 3, inElement: false, &random)
      let filter = try SCIMFilter(parsing: text)
      guard let matcher = try? SCIMMatcher(filter, type: Self.type) else {
        refused += 1
        continue
      }
      for _ in 0..<4 {
        let resource = Self.resource(&random)
        let verdict = matcher.matches(resource.bytes)
        #expect(verdict == model.matches(filter, resource), "\(text) on \(resource.text)")
        if verdict { matched += 1 } else { unmatched += 1 }
      }
    }
    #expect(matched > 2000 && unmatched > 2000 && refused > 100)
  }

  @Test func `a printed filter has the verdict of the filter`() throws {
    var random = SeededGenerator(seed: 32)
    for _ in 0..<1000 {
      let filter = try SCIMFilter(parsing: Self.filter(depth: 3, inElement: false, &random))
      let again = try SCIMFilter(parsing: filter.description)
      guard let matcher = try? SCIMMatcher(filter, type: Self.type) else { continue }
      let other = try SCIMMatcher(again, type: Self.type)
      let resource = Self.resource(&random).bytes
      #expect(matcher.matches(resource) == other.matches(resource), "\(filter)")
    }
  }

  private static func filter(
    depth: Int, inElement: Bool, _ random: inout SeededGenerator
  ) -> String {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 4), using: &random) {
    case 0...3: return term(inElement, &random)
    case 4, 5:
      let (left, right) = (
        filter(depth: depth - 1, inElement: inElement, &random),
        filter(depth: depth - 1, inElement: inElement, &random)
      )
      return "(\(left)) \(Bool.random(using: &random) ? "and" : "or") (\(right))"
    case 6: return "not (\(filter(depth: depth - 1, inElement: inElement, &random)))"
    default:
      if inElement { return term(true, &random) }
      let inner = filter(depth: depth - 1, inElement: true, &random)
      return "\(["parts", "tags", "owner", "unknown"].randomElement(using: &random)!)[\(inner)]"
    }
  }

  private static func term(_ inElement: Bool, _ random: inout SeededGenerator) -> String {
    let path =
      (inElement ? ["value", "type", "primary", "count", "title", "unknown"] : paths)
      .randomElement(using: &random)!
    let op = SCIMFilter.Operator.allCases.randomElement(using: &random)!
    return switch Int.random(in: 0..<8, using: &random) {
    case 0: "\(path) pr"
    case 1: "\(path) \(op == .ne ? "ne" : "eq") null"
    case 2: "\(path) \(op) \(Bool.random(using: &random))"
    case 3, 4: "\(path) \(op) \(numbers.randomElement(using: &random)!)"
    default: "\(path) \(op) \(JSONValue(texts.randomElement(using: &random)!).text)"
    }
  }

  private static func resource(_ random: inout SeededGenerator) -> JSONObject {
    var object = JSONObject([.init(name: "schemas", value: ["urn:x:Thing"])])
    for attribute in type.schema.attributes.all where Bool.random(using: &random) {
      object[attribute.name] = value(of: attribute, &random)
    }
    if Bool.random(using: &random) {
      object["urn:x:More"] = ["room": text(&random), "floor": number(&random)]
    }
    return object
  }

  private static func value(
    of attribute: SCIMAttribute, _ random: inout SeededGenerator
  ) -> JSONValue {
    if attribute.multiValued {
      return .array(
        (0..<Int.random(in: 0...3, using: &random)).map { _ in single(attribute, &random) })
    }
    return single(attribute, &random)
  }

  private static func single(
    _ attribute: SCIMAttribute, _ random: inout SeededGenerator
  ) -> JSONValue {
    switch attribute.kind {
    case .boolean: return .bool(Bool.random(using: &random))
    case .integer, .decimal: return number(&random)
    case .complex:
      var object = JSONObject()
      for sub in attribute.subAttributes.all where Bool.random(using: &random) {
        object[sub.name] = single(sub, &random)
      }
      return .object(object)
    default: return text(&random)
    }
  }

  private static func text(_ random: inout SeededGenerator) -> JSONValue {
    .string(texts.randomElement(using: &random)!)
  }

  private static func number(_ random: inout SeededGenerator) -> JSONValue {
    .number(JSONNumber(text: numbers.randomElement(using: &random)!))
  }
}
