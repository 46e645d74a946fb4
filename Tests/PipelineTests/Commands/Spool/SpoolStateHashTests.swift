import Testing
import Transport

@testable import Actors
@testable import Pipeline

@Suite struct SpoolStateHashTests {
  @Test func `the hash follows the published rule`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    let fold = try SpoolFold(try sample.reader)
    var chain: [UInt8] = []
    for change in SpoolSample.changes { chain = SHA256.hash(chain + Array(change.utf8)) }
    let employee = SpoolSample.employee(active: false, revision: 2)
    let text =
      "cnx_1/Users/2819c223\n2\n"
      + #"{"userName":"BJensen@Example.com","active":false}"# + "\n\(employee)\n"
    let one = Hex.encode(SHA256.hash(Array(text.utf8)))
    let all = "1\n\(one)\nadmin\n\(Hex.encode(chain))"
    #expect(fold.hash.value == Hex.encode(SHA256.hash(Array(all.utf8))))
    #expect(fold.hash.resourceCount == 1 && fold.hash.lastSeq == 6 && fold.snapshot == nil)
  }

  @Test func `resources are added as numbers, whatever their order, with every carry`() throws {
    func line(_ seq: UInt64, _ user: Int) -> SpoolLine {
      let data = SpoolSample.committed(
        request: "req_\(user)", accepted: 1, status: 201, version: 1, event: "evt_\(user)",
        type: "employee.created", sequence: user, active: true)
      return SpoolLine(
        seq: seq, based: 1, timestamp: Timestamp(milliseconds: 0), id: "req_\(user)",
        key: "cnx_1/Users/\(user)", type: "user.created", data: Array(data.utf8))
    }
    var (up, down) = (SpoolStateHash(), SpoolStateHash())
    var sum = [UInt8](repeating: 0, count: 32)
    for user in 1...40 {
      up.take(line(UInt64(user), user))
      down.take(line(UInt64(user), 41 - user))
      let employee = SpoolSample.employee(active: true, revision: 1)
      let text =
        "cnx_1/Users/\(user)\n1\n" + #"{"userName":"BJensen@Example.com","active":true}"#
        + "\n\(employee)\n"
      var carry = 0
      for (place, byte) in SHA256.hash(Array(text.utf8)).enumerated().reversed() {
        carry += Int(sum[place]) + Int(byte)
        sum[place] = UInt8(carry & 255)
        carry >>= 8
      }
    }
    #expect(up.value == down.value)
    let all = "40\n\(Hex.encode(sum))\nadmin\n"
    #expect(up.value == Hex.encode(SHA256.hash(Array(all.utf8))))
  }

  @Test func `the fold apart from the store agrees with the store's`() throws {
    var state = StoreState()
    var hash = SpoolStateHash()
    var seq: UInt64 = 0
    func take(_ id: String, _ key: String, _ type: String, _ data: String) throws {
      seq += 1
      let line = SpoolLine(
        seq: seq, based: seq, timestamp: Timestamp(milliseconds: 0), id: id, key: key, type: type,
        data: Array(data.utf8))
      try state.fold(line)
      hash.take(line)
      #expect(hash.value == state.hash, "after line \(seq)")
    }
    for (request, user) in [("req_1", "b"), ("req_2", "a"), ("req_3", "b")] {
      let version = request == "req_3" ? 2 : 1
      try take(
        request, "cnx_1/Users/\(user)", "user.created",
        SpoolSample.committed(
          request: request, accepted: 1, status: 201, version: version, event: "evt_\(request)",
          type: "employee.created", sequence: Int(seq) + 1, active: true))
    }
    try take(
      "req_4", "cnx_1/Users/a", "user.refused",
      #"{"request":"req_4","accepted":4,"outcome":"refused","status":409,"events":[]}"#)
    #expect(hash.resourceCount == 2)
  }
}
