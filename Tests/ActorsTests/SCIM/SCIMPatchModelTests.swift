import TestSupport
import Testing
import Transport

@testable import Actors

/// PATCH against a model too simple to be wrong: texts in dictionaries, e-mail addresses in a list.
@Suite struct SCIMPatchModelTests {
  private let type = SCIMResourceType.user

  @Test func `random programs do what the model does, or fail as it does`() throws {
    var random = SeededGenerator(seed: 2026)
    var applied = 0
    var refused = 0
    for _ in 0..<400 {
      var model = SCIMPatchModel()
      var resource = try type.create(from: SCIMBodies.user(#""userName":"a""#))
      for _ in 0..<4 {
        let steps = (0..<Int.random(in: 1...3, using: &random)).map { _ in
          SCIMPatchModel.Step.random(&random)
        }
        let body = try SCIMBodies.object(
          #"{"schemas":["\#(SCIMPatchOperation.schema)"],"Operations":["#
            + steps.map(\.json).joined(separator: ",") + "]}")
        var next = model
        let fails = !steps.allSatisfy { next.apply($0) }
        let isRefused = fails || next.texts["userName"] == nil
        let result = try? type.patch(resource, id: "u", with: body)
        #expect((result == nil) == isRefused, "\(body.text) on \(resource.attributes.text)")
        guard let result, !isRefused else {
          refused += 1
          continue
        }
        applied += 1
        #expect(
          JSONValue.object(result.attributes) == next.json,
          "\(body.text) on \(resource.attributes.text)")
        #expect(result.attributes.text == canonical(result), "canonical order")
        guard JSONValue.object(result.attributes) == next.json else { return }
        (model, resource) = (next, result)
      }
    }
    #expect(applied > 500 && refused > 100)
  }

  /// The order creating from scratch would give.
  private func canonical(_ resource: SCIMResource) -> String? {
    try? type.create(from: resource.attributes).attributes.text
  }
}

/// What a PATCH means, written down a second time with no regard for speed or schemas.
struct SCIMPatchModel {
  struct Email: Equatable {
    var texts: [String: String] = [:]
    var primary: Bool?
  }

  var texts: [String: String] = ["userName": "a"]
  var name: [String: String] = [:]
  var emails: [Email] = []

  enum Step {
    case text(op: String, String, String?)
    case remove(String)
    case name(op: String, [String: String?])
    case namePart(op: String, String, String?)
    case emails(op: String, [Email])
    case withoutValues([String])
    case email(op: String, type: String, part: String, String?)
    case makePrimary(op: String, type: String)
    case removeEmail(type: String)
  }

  /// False when the step must be refused.
  mutating func apply(_ step: Step) -> Bool {
    switch step {
    case .text(_, let attribute, let value):
      texts[attribute] = value
    case .remove("userName"): return false
    case .remove("name"): name = [:]
    case .remove("emails"): emails = []
    case .remove(let attribute): texts[attribute] = nil
    case .name(_, let parts):
      for (part, value) in parts { name[part] = value }
    case .namePart(_, let part, let value): name[part] = value
    case .emails(let op, let given): return apply(op, given)
    case .withoutValues(let values):
      emails.removeAll { values.contains($0.texts["value"] ?? "") }
    case .email(let op, let type, let part, let value): return apply(op, type, part, value)
    case .makePrimary(let op, let type): return makePrimary(op, type)
    case .removeEmail(let type): emails.removeAll { $0.texts["type"] == type }
    }
    return true
  }

  private mutating func apply(_ op: String, _ given: [Email]) -> Bool {
    var distinct: [Email] = []
    for email in given where !distinct.contains(email) { distinct.append(email) }
    if distinct.filter({ $0.primary == true }).count > 1 { return false }
    if op == "replace" {
      emails = distinct
      return true
    }
    var promoted: Int?
    for email in distinct {
      var place = emails.firstIndex { old in
        old == email
          || old.texts["value"] != nil && old.texts["value"] == email.texts["value"]
            && old.texts["type"] == email.texts["type"]
      }
      if let place {
        for (part, value) in email.texts { emails[place].texts[part] = value }
        if let primary = email.primary { emails[place].primary = primary }
      } else {
        place = emails.count
        emails.append(email)
      }
      if email.primary == true { promoted = place }
    }
    if let promoted, emails[promoted].primary == true { demote(except: promoted) }
    return true
  }

  private mutating func apply(
    _ op: String, _ type: String, _ part: String, _ value: String?
  ) -> Bool {
    let matching = emails.indices.filter { emails[$0].texts["type"] == type }
    if matching.isEmpty {
      guard let value else { return true }
      if op == "replace" && type == "odd" { return false }
      emails.append(Email(texts: ["type": type, part: value]))
    }
    for index in matching { emails[index].texts[part] = value }
    if value == nil {
      emails = emails.filter { email in
        email.texts["type"] != type || email.texts.count > 1
      }
    }
    distinguish()
    return true
  }

  private mutating func makePrimary(_ op: String, _ type: String) -> Bool {
    var matching = emails.indices.filter { emails[$0].texts["type"] == type }
    if matching.isEmpty {
      if op == "replace" && type == "odd" { return false }
      emails.append(Email(texts: ["type": type]))
      matching = [emails.count - 1]
    }
    guard matching.count == 1 else { return false }
    emails[matching[0]].primary = true
    demote(except: matching[0])
    distinguish()
    return true
  }

  private mutating func demote(except place: Int?) {
    for index in emails.indices where index != place && emails[index].primary == true {
      emails[index].primary = false
    }
  }

  private mutating func distinguish() {
    var distinct: [Email] = []
    for email in emails where !distinct.contains(email) { distinct.append(email) }
    emails = distinct
  }

  var json: JSONValue {
    var object = JSONObject([.init(name: "schemas", value: [.string(SCIMBodies.core)])])
    for (attribute, text) in texts { object[attribute] = .string(text) }
    if !name.isEmpty {
      object["name"] = .object(JSONObject(name.map { .init(name: $0, value: .string($1)) }))
    }
    if !emails.isEmpty { object["emails"] = .array(emails.map(\.json)) }
    return .object(object)
  }
}

extension SCIMPatchModel.Email {
  var json: JSONValue {
    var object = JSONObject(texts.map { .init(name: $0, value: .string($1)) })
    if let primary { object["primary"] = .bool(primary) }
    return .object(object)
  }

  static func random(_ random: inout SeededGenerator) -> Self {
    var email = Self(texts: ["value": ["x", "y", "z"].randomElement(using: &random) ?? "x"])
    if Bool.random(using: &random) {
      email.texts["type"] = ["work", "home", "odd"].randomElement(using: &random)
    }
    if Int.random(in: 0..<3, using: &random) == 0 { email.primary = .random(using: &random) }
    return email
  }
}

extension SCIMPatchModel.Step {
  static func random(_ random: inout SeededGenerator) -> Self {
    let op = Bool.random(using: &random) ? "add" : "replace"
    let anyOp = ["add", "replace", "Add", "Replace"].randomElement(using: &random) ?? op
    let text: String? = ["p", "q", nil].randomElement(using: &random) ?? nil
    let kind = ["work", "home", "odd"].randomElement(using: &random) ?? "work"
    let part = ["givenName", "familyName"].randomElement(using: &random) ?? ""
    switch Int.random(in: 0..<11, using: &random) {
    case 0, 1:
      let names = ["userName", "title", "externalId", "locale"]
      return .text(op: op, names.randomElement(using: &random) ?? "title", text)
    case 2:
      let names = ["title", "name", "emails", "externalId", "userName"]
      return .remove(names.randomElement(using: &random) ?? "title")
    case 3: return .name(op: op, ["givenName": text, "formatted": "F"])
    case 4: return .namePart(op: op, part, text)
    case 5, 6:
      let count = Int.random(in: 0...3, using: &random)
      return .emails(op: op, (0..<count).map { _ in .random(&random) })
    case 7: return .withoutValues(["x"])
    case 8: return .email(op: anyOp, type: kind, part: "value", text)
    case 9: return .makePrimary(op: anyOp, type: kind)
    default: return .removeEmail(type: kind)
    }
  }

  /// The step as an operation.
  var json: String {
    func quoted(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "null" }
    func operation(_ op: String, _ path: String?, _ value: String?) -> String {
      let path = path.map { ",\"path\":" + JSONValue.string($0).text } ?? ""
      return "{\"op\":\"\(op)\"\(path)\(value.map { ",\"value\":" + $0 } ?? "")}"
    }
    switch self {
    case .text(let op, let attribute, let value):
      return operation(op, nil, "{\"\(attribute.uppercased())\":\(quoted(value))}")
    case .remove(let attribute): return operation("Remove", attribute, nil)
    case .name(let op, let parts):
      let inside = parts.map { "\"\($0)\":\(quoted($1))" }.joined(separator: ",")
      return operation(op, "name", "{\(inside)}")
    case .namePart(let op, let part, let value):
      return operation(op, "\(SCIMBodies.core):name.\(part)", quoted(value))
    case .emails(let op, let emails):
      return operation(op, "emails", JSONValue.array(emails.map(\.json)).text)
    case .withoutValues(let values):
      let list = values.map { "{\"value\":\"\($0)\"}" }.joined(separator: ",")
      return operation("remove", "emails", "[\(list)]")
    case .email(let op, let type, let part, let value):
      return operation(op, "emails[type eq \"\(type)\"].\(part)", quoted(value))
    case .makePrimary(let op, let type):
      return operation(op, "emails[type eq \"\(type)\"].primary", "\"True\"")
    case .removeEmail(let type):
      return operation("remove", "emails[type eq \"\(type)\"]", nil)
    }
  }
}
