import Testing
import Transport

@testable import Actors

/// A kind of resource that only files define, through the same engine as a user.
@Suite struct SCIMDefinedTypeTests {
  private let type: SCIMResourceType

  init() throws { type = try SCIMDefinitions.type() }

  private func made(_ members: String) throws -> SCIMResource {
    try type.create(from: SCIMDefinitions.body(members))
  }

  private func patched(_ stored: SCIMResource, _ operations: String...) throws -> SCIMResource {
    try type.patch(stored, id: "d1", with: SCIMBodies.patch(operations))
  }

  private func fault(_ body: () throws -> Void) -> SCIMErrorType? {
    do throws(any Error) {
      try body()
      return nil
    } catch { return (error as? SCIMError)?.scimType }
  }

  @Test func `create puts every type into canonical form`() throws {
    let device = try made(
      """
      "PARTS":[{"count":2,"kind":"screw"}],"ports":[{"speed":1.5,"value":"a","labels":"x"}],
      "place":{"floor":3,"room":"R"},"sizes":[1,2,1],"colours":"green","weight":1.5,"cores":4,
      "inUse":"True","bought":"2026-01-02T03:04:05+01:00","key":"aGk=","manual":"https://x.example/",
      "label":7,"serial":"S1","externalId":"e"
      """)
    #expect(
      device.attributes.text == """
        {"schemas":["\(SCIMDefinitions.device)"],"externalId":"e","serial":"S1","label":"7",\
        "inUse":true,"cores":4,"weight":1.5,"bought":"2026-01-02T03:04:05+01:00","key":"aGk=",\
        "manual":"https://x.example/","colours":["green"],"sizes":[1,2],\
        "place":{"room":"R","floor":3},"ports":[{"value":"a","speed":1.5,"labels":["x"]}],\
        "parts":[{"kind":"screw","count":2}]}
        """)
  }

  @Test(arguments: [
    (#""label":"x""#, "serial is required."),
    (#""serial":"""#, "serial is required."),
    (#""serial":"s","inUse":"maybe""#, "inUse must be true or false."),
    (#""serial":"s","cores":1.5"#, "cores must be a whole number."),
    (#""serial":"s","cores":1e2"#, "cores must be a whole number."),
    (#""serial":"s","cores":"4""#, "cores must be a whole number."),
    (#""serial":"s","weight":"heavy""#, "weight must be a number."),
    (
      #""serial":"s","bought":"yesterday""#,
      "bought must be a date and time such as 2026-01-31T08:00:00Z."
    ),
    (
      #""serial":"s","bought":"2026-02-30T00:00:00Z""#,
      "bought must be a date and time such as 2026-01-31T08:00:00Z."
    ),
    (#""serial":"s","key":"a*b""#, "key must be base64 text."),
    (#""serial":"s","key":"abcde""#, "key must be base64 text."),
    (#""serial":"s","key":"ab=c""#, "key must be base64 text."),
    (#""serial":"s","key":"abc==""#, "key must be base64 text."),
    (#""serial":"s","manual":true"#, "manual must be a URI."),
    (#""serial":["a","b"]"#, "serial takes one value, not a list."),
    (#""serial":"s","sizes":[1,"b"]"#, "sizes must be a whole number."),
    (#""serial":"s","place":{"floor":1}"#, "place.room is required."),
    (#""serial":"s","place":"R""#, "place must be an object."),
    (#""serial":"s","ports":[{"speed":1}]"#, "ports.value is required."),
    (
      #""serial":"s","ports":[{"value":"a","primary":true},{"value":"b","primary":true}]"#,
      "ports may have only one primary value."
    ),
    (#""serial":"s","\#(SCIMDefinitions.lease)":{"lessor":"x"}"#, "until is required."),
  ])
  func `a value of the wrong kind is refused by name`(members: String, words: String) {
    #expect {
      _ = try made(members)
    } throws: {
      ($0 as? SCIMError)?.detail == words && ($0 as? SCIMError)?.scimType == .invalidValue
    }
  }

  @Test func `what the server owns or nobody may see drops out of a body`() throws {
    let device = try made(
      #"""
      "serial":"s","seen":"2026-01-01T00:00:00Z","unlockCode":7,
      "place":{"room":"R","checked":"2026-01-01T00:00:00Z"},"id":"mine","meta":{"version":"x"}
      """#)
    #expect(
      device.attributes.text == #"""
        {"schemas":["\#(SCIMDefinitions.device)"],"serial":"s","place":{"room":"R"}}
        """#)
    #expect(device.unknown.isEmpty)
    let body = try SCIMDefinitions.body(#""serial":"s","UnlockCode":7,"x":{"unlockCode":8}"#)
    #expect(!type.removingSecrets(from: body).text.lowercased().contains("unlock"))
  }

  @Test func `a required extension must come and stay`() throws {
    let strict = try SCIMDefinitions.type(required: true)
    let lease = #""\#(SCIMDefinitions.lease)":{"until":"2030-01-01T00:00:00Z"}"#
    #expect(
      fault { _ = try strict.create(from: SCIMDefinitions.body(#""serial":"s""#)) } == .invalidValue
    )
    let stored = try strict.create(from: SCIMDefinitions.body(#""serial":"s",\#(lease)"#))
    #expect(stored.attributes["schemas"]?.array?.count == 2)
    let removal = try SCIMBodies.patch([#"{"op":"remove","path":"\#(SCIMDefinitions.lease)"}"#])
    #expect(fault { _ = try strict.patch(stored, id: "d", with: removal) } == .mutability)
    let optional = try type.patch(stored, id: "d", with: removal)
    #expect(optional.attributes["schemas"]?.array?.count == 1)
    #expect(optional.attributes[SCIMDefinitions.lease] == nil)
    let part = try SCIMBodies.patch([
      #"{"op":"remove","path":"\#(SCIMDefinitions.lease):until"}"#
    ])
    #expect(fault { _ = try type.patch(stored, id: "d", with: part) } == .mutability)
  }

  @Test func `PUT clears what is left out and keeps what cannot change`() throws {
    let stored = try made(
      #""serial":"s","label":"L","inUse":true,"bought":"2026-01-01T00:00:00Z","place":{"room":"R","fixed":true}"#
    )
    let cleared = try type.replace(
      stored, id: "d", with: SCIMDefinitions.body(#""serial":"t","place":{"room":"Q"}"#))
    #expect(
      cleared.attributes.text == #"""
        {"schemas":["\#(SCIMDefinitions.device)"],"serial":"t","bought":"2026-01-01T00:00:00Z",\#
        "place":{"room":"Q","fixed":true}}
        """#)
    for change in [
      #""serial":"s","bought":"2027-01-01T00:00:00Z""#,
      #""serial":"s","place":{"room":"R","fixed":false}"#,
    ] {
      #expect(
        fault { _ = try type.replace(stored, id: "d", with: SCIMDefinitions.body(change)) }
          == .mutability)
    }
    // Without the room, the place that holds it cannot be kept.
    #expect(
      fault { _ = try type.replace(stored, id: "d", with: SCIMDefinitions.body(#""serial":"s""#)) }
        == .invalidValue)
  }

  @Test(arguments: [
    (#"{"op":"replace","path":"seen","value":"2026-01-01T00:00:00Z"}"#, SCIMErrorType.mutability),
    (#"{"op":"replace","value":{"seen":"2026-01-01T00:00:00Z"}}"#, .mutability),
    (#"{"op":"remove","path":"seen"}"#, .mutability),
    (#"{"op":"replace","path":"place.checked","value":"2026-01-01T00:00:00Z"}"#, .mutability),
    (
      #"{"op":"replace","path":"place","value":{"checked":"2026-01-01T00:00:00Z"}}"#, .mutability
    ),
    (#"{"op":"replace","path":"bought","value":"2027-01-01T00:00:00Z"}"#, .mutability),
    (#"{"op":"remove","path":"bought"}"#, .mutability),
    (#"{"op":"replace","path":"place.fixed","value":false}"#, .mutability),
    (#"{"op":"remove","path":"place.fixed"}"#, .mutability),
    (#"{"op":"remove","path":"place"}"#, .mutability),
    (#"{"op":"replace","path":"place","value":null}"#, .mutability),
    (#"{"op":"remove","path":"serial"}"#, .mutability),
    (#"{"op":"remove","path":"place.room"}"#, .mutability),
    (#"{"op":"remove","path":"ports.value"}"#, .mutability),
    (#"{"op":"replace","path":"serial","value":""}"#, .invalidValue),
    (#"{"op":"add","path":"cores","value":1.5}"#, .invalidValue),
    (#"{"op":"add","path":"sizes","value":["x"]}"#, .invalidValue),
    (#"{"op":"add","path":"key","value":"*"}"#, .invalidValue),
    (#"{"op":"add","path":"ports","value":[{"type":"usb"}]}"#, .invalidValue),
    (#"{"op":"replace","path":"ports[type eq \"hdmi\"].speed","value":1}"#, .invalidValue),
    (#"{"op":"replace","path":"ports[type eq \"odd\"].speed","value":1}"#, .noTarget),
    (#"{"op":"replace","path":"parts[count eq 9].kind","value":"x"}"#, .noTarget),
    (#"{"op":"add","path":"place[room eq \"R\"].floor","value":1}"#, .invalidPath),
    (#"{"op":"add","path":"ports[value gt true]","value":{"speed":1}}"#, .invalidFilter),
    (#"{"op":"add","path":"\#(SCIMDefinitions.lease):lessor","value":"x"}"#, .invalidValue),
  ])
  func `PATCH refuses what a characteristic forbids`(operation: String, expected: SCIMErrorType)
    throws
  {
    let stored = try made(
      #"""
      "serial":"s","bought":"2026-01-01T00:00:00Z","place":{"room":"R","fixed":true},
      "ports":[{"value":"a","type":"usb"}],"parts":[{"kind":"k","count":1}]
      """#)
    #expect(fault { _ = try patched(stored, operation) } == expected)
  }

  @Test func `PATCH changes every type`() throws {
    let stored = try made(
      #""serial":"s","place":{"room":"R"},"ports":[{"value":"a","type":"usb"}],"sizes":[1]"#)
    let new = try patched(
      stored, #"{"op":"add","path":"bought","value":"2026-01-01T00:00:00Z"}"#,
      #"{"op":"add","path":"place.fixed","value":"False"}"#,
      #"{"op":"add","value":{"SIZES":[2,1],"place.floor":2,"weight":0.5}}"#,
      #"{"op":"add","path":"ports[type eq \"usb\"].labels","value":["x","x"]}"#,
      #"{"op":"Replace","path":"ports[type eq \"USB\"].speed","value":10}"#,
      #"{"op":"add","path":"colours","value":["red","blue"]}"#,
      #"{"op":"remove","path":"colours[value eq \"RED\"]"}"#,
      #"{"op":"replace","path":"colours[value eq \"blue\"]","value":"green"}"#,
      #"{"op":"add","path":"\#(SCIMDefinitions.lease):until","value":"2030-01-01T00:00:00Z"}"#,
      #"{"op":"add","path":"lessor","value":[{"value":"o"}]}"#,
      #"{"op":"add","path":"parts","value":{"kind":"k"}}"#)
    #expect(
      new.attributes.text == #"""
        {"schemas":["\#(SCIMDefinitions.device)","\#(SCIMDefinitions.lease)"],"serial":"s",\#
        "weight":0.5,"bought":"2026-01-01T00:00:00Z","colours":["green"],"sizes":[1,2],\#
        "place":{"room":"R","floor":2,"fixed":false},\#
        "ports":[{"value":"a","type":"usb","speed":10,"labels":["x"]}],"parts":[{"kind":"k"}],\#
        "\#(SCIMDefinitions.lease)":{"until":"2030-01-01T00:00:00Z","lessor":{"value":"o"}}}
        """#)
  }

  @Test func `what is returned on request comes when it is named, always always`() throws {
    let stored = try made(#""serial":"s","notes":"n","tag":"t","label":"l""#)
    let date = Timestamp(milliseconds: 0)
    let meta = SCIMMeta(id: "d1", created: date, lastModified: date, version: 1)
    let plain = type.render(stored, meta: meta, baseURL: "http://h")
    #expect(plain["notes"] == nil && plain["tag"] == "t" && plain["label"] == "l")
    #expect(plain["meta"]?["location"] == "http://h/Devices/d1")
  }
}
