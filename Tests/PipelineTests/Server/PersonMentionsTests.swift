import Testing
import Transport

@testable import Actors
@testable import Pipeline

/// Whose letters and calls go with a person, and whose do not.
struct PersonMentionsTests {
  private func mentions(_ names: [String], called: [String] = []) -> PersonMentions {
    let person = ErasedPerson(
      place: 0, employeeId: "emp_1", remoteId: "scim-1", connection: "cnx_1", names: Set(names),
      folded: [], called: [], traces: names, searched: Set(names + called))
    return PersonMentions(connection: "cnx_1", ids: ["emp_1", "scim-1"], person: person)
  }

  private func letter(_ event: JSONValue, connection: String = "cnx_1") -> [UInt8] {
    let event = event.setting("connection", to: ["id": JSONValue(connection)])
    let json: JSONValue = [
      "stage": "delivery", "event": "evt_1", "webhook": "wh_1", "seq": 7,
      "line": ["seq": 7, "data": ["events": [event]]],
    ]
    return json.bytes
  }

  private func event(_ data: JSONValue, type: String = "employee.updated") -> JSONValue {
    ["id": "evt_1", "type": JSONValue(type), "data": data]
  }

  private func call(
    _ filter: String, connection: String = "cnx_1", agent: String = "Okta SCIM Client"
  ) -> ArraySlice<UInt8> {
    let json: JSONValue = [
      "n": 1, "connection": JSONValue(connection), "path": "/Users",
      "query": JSONValue("filter=" + filter), "agent": JSONValue(agent),
    ]
    return json.bytes[...]
  }

  @Test func `a letter is meant by an id, or by what stands where a manager is named`() {
    let person = mentions(["ann@example.com", "1001", "Okta", "Users"])
    #expect(person.isMeant(letter: letter(event(["id": "emp_1"]))))
    #expect(person.isMeant(letter: letter(event(["manager": ["remoteId": "ANN@example.com"]]))))
    #expect(person.isMeant(letter: letter(event(["manager": ["remoteId": "1001"]]))))
    #expect(!person.isMeant(letter: letter(event(["employeeNumber": "1001"]))))
    #expect(!person.isMeant(letter: letter(event(["roles": [["value": "Okta"]]]))))
    #expect(!person.isMeant(letter: letter(event(["type": "Users"]))))
  }

  @Test func `another connection's letter is not, nor one that tells of the erasure itself`() {
    let person = mentions(["ann@example.com", "1001"])
    let report = event(["manager": ["id": "emp_1", "remoteId": "1001"]])
    #expect(person.isMeant(letter: letter(report)))
    #expect(!person.isMeant(letter: letter(report, connection: "cnx_2")))
    let notice = event(["id": "emp_1", "erased": true], type: "employee.erased")
    #expect(!person.isMeant(letter: letter(notice)))
    let relief = report.setting("cause", to: ["reason": "manager_erased"])
    #expect(!person.isMeant(letter: letter(relief)))
  }

  @Test func `a call is meant when it asks for just that text, in the same connection`() {
    let person = mentions(["ann@example.com", "1001", "Okta", "Users"], called: ["Ann"])
    #expect(person.isMeant(call: call(#"userName eq "Ann@example.com""#)))
    #expect(person.isMeant(call: call(#"employeeNumber eq "1001""#)))
    #expect(person.isMeant(call: call(#"name.givenName eq "ann""#)))
    #expect(person.isMeant(call: call("emails co ann@example.com")))
    #expect(person.isMeant(call: call(#"userName eq "ann@example.com""#, connection: "")))
    #expect(!person.isMeant(call: call(#"userName eq "ann@example.com""#, connection: "cnx_2")))
    #expect(!person.isMeant(call: call(#"employeeNumber eq "10010""#)))
    #expect(!person.isMeant(call: call(#"userName eq "bob@example.com""#)))
    #expect(!person.isMeant(call: call(#"name.givenName eq "Anna""#)))
  }
}
