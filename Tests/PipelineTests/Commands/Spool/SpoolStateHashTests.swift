import Testing
import Transport

@testable import Actors
@testable import Pipeline

@Suite struct SpoolStateHashTests {
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
