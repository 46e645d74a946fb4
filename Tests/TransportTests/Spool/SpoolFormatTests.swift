import TestSupport
import Testing

@testable import Transport

@Suite struct SpoolFormatTests {
  @Test func `a line ends in its checksum and reads back`() throws {
    var crc: UInt32 = 0x0102_0304
    var bytes: [UInt8] = []
    let record = SpoolRecord(
      id: "req_\"1\"", key: "cnx_1/Users/ä\u{1}", type: "user.updated", data: Array("{}".utf8))
    let time = Timestamp(milliseconds: 1_767_323_045_678)
    SpoolFragment(record, at: time).write(seq: 41873, based: 41870, chaining: &crc, to: &bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix(#"{"v":1,"seq":41873,"b":41870,"ts":"2026-01-02T03:04:05.678Z","#))
    let hex = String(crc, radix: 16)
    let padded = String(repeating: "0", count: 8 - hex.count) + hex
    #expect(text.hasSuffix(#","data":{},"crc":"\#(padded)"}"# + "\n"))
    bytes.removeLast()
    let parsed = SpoolLine(parsing: bytes.span)
    let line = try #require(parsed)
    #expect(line.seq == 41873 && line.based == 41870 && line.timestamp == time)
    #expect(line.id == record.id && line.key == record.key && line.data == record.data)
    #expect((try JSONValue(parsing: bytes))["id"]?.string == record.id)
    let stated = SpoolFormat.statedChecksum(of: bytes.span)
    #expect(stated == crc)
  }

  @Test func `the checksum covers the line before and everything up to the last 18 bytes`() {
    let body = Array("123456789".utf8)
    let seed: [UInt8] = [4, 3, 2, 1]
    let checksum = SpoolFormat.checksum(of: body.span, after: 0x0102_0304)
    #expect(checksum == CRC32C.checksum(seed + body))
  }

  @Test func `white space in data never breaks a line in two`() {
    var crc: UInt32 = 0
    var bytes: [UInt8] = []
    let record = SpoolRecord(id: "a", key: "b", type: "c", data: Array("{\n\"x\":1\n}".utf8))
    SpoolFragment(record, at: .now).write(seq: 1, based: 1, chaining: &crc, to: &bytes)
    #expect(bytes.filter { $0 == 10 }.count == 1)
  }

  @Test(arguments: [
    (#"{"accepted":7}"#, 7), (#"{"request":"r","accepted":41873,"x":{}}"#, 41873),
    (#"{"x":{"accepted":1},"y":["accepted",{"accepted":2}],"accepted":3}"#, 3),
    (#"{ "s" : "\"accepted\":9}" , "accepted" : 4 }"#, 4),
    (#"{"x":null,"t":true,"accepted":5}"#, 5),
  ])
  func `a number is found only among the members of the object itself`(
    json: String, number: UInt64
  ) {
    #expect(SpoolMember.number("accepted", in: Array(json.utf8)) == number)
  }

  @Test(arguments: [#"{}"#, #"{"x":{"accepted":1}}"#, #"{"accepted":"7"}"#, "[1]", "", #"{"a"#])
  func `no number is found where there is none`(json: String) {
    #expect(SpoolMember.number("accepted", in: Array(json.utf8)) == nil)
  }

  @Test func `only a segment's name is a segment's name`() {
    #expect(SpoolFormat.segmentName(first: 42) == "00000000000000000042.jsonl")
    #expect(SpoolFormat.firstSeq(ofSegment: "00000000000000000042.jsonl") == 42)
    for name in ["42.jsonl", "0000000000000000004x.jsonl", "00000000000000000042.jsonl.tmp"] {
      #expect(SpoolFormat.firstSeq(ofSegment: name) == nil)
    }
  }
}
