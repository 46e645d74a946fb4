import Actors
import Synchronization
import Testing
import Transport

@Suite("Ingress notes what no hop tells of")
struct RequestNoteTests {
  private let notes = Notes()

  private func ask(
    _ body: @Sendable (MiniaturePipeline) async throws -> Void
  ) async throws -> [RequestNote] {
    let notes = notes
    let pipeline = try MiniaturePipeline(note: { notes.add($0) })
    defer { pipeline.spool.close() }
    try await pipeline.run(body)
    return notes.all
  }

  @Test func `reads are noted with their answer, accepted writes are not`() async throws {
    let notes = try await ask { pipeline in
      let made = await pipeline.send(
        "POST", "/Users",
        ["schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a@example.com"])
      #expect(made.status == 201)
      let id = made.json["id"]?.string ?? ""
      _ = await pipeline.send("GET", "/Users/\(id)")
      _ = await pipeline.send("GET", "/Users?filter=userName%20eq%20%22a%22")
      _ = await pipeline.send("GET", "/Users/nobody")
      _ = await pipeline.send("GET", "/Schemas", token: nil)
      _ = await pipeline.send("POST", "/Bulk", ["Operations": []])
    }
    #expect(notes.map(\.method) == ["GET", "GET", "GET", "GET", "POST"])
    #expect(notes.map(\.status) == [200, 200, 404, 200, 400])
    #expect(notes.map(\.isAuthenticated) == [true, true, true, false, true])
    #expect(notes.allSatisfy { $0.connection == "cnx_1" && $0.id.hasPrefix("req_") })
    #expect(notes.map(\.path).suffix(4) == ["/Users", "/Users/nobody", "/Schemas", "/Bulk"])
    #expect(notes[1].query == "filter=userName%20eq%20%22a%22")
    #expect(notes[2].detail?.isEmpty == false)
  }

  @Test func `what is refused before it is accepted is noted with the reason`() async throws {
    let notes = try await ask { pipeline in
      _ = await pipeline.send("POST", "/Users", ["a": 1], token: "scimtok_WRONG")
      _ = await pipeline.send("GET", "/Users", token: "scimtok_WRONG")
      _ = await pipeline.send("POST", "/Users", headers: ["Content-Type": "text/plain"])
      _ = await pipeline.send("PUT", "/Users", ["a": 1])
      _ = await pipeline.send("GET", "/Elsewhere")
      var request = HTTPRequest(
        method: "GET", target: "/scim/v2/other/Users/x", peer: .ip(.loopback, port: 1))
      request.fields["Authorization"] = MiniaturePipeline.token
      _ = await pipeline.ingress.receive(request)
    }
    #expect(notes.map(\.status) == [401, 401, 415, 405, 404, 404])
    #expect(notes.map(\.isAuthenticated) == [false, false, true, false, false, false])
    #expect(notes.map(\.connection) == Array(repeating: "cnx_1", count: 5) + [""])
    #expect(notes.allSatisfy { $0.detail?.isEmpty == false })
  }
}

private final class Notes: Sendable {
  private let notes = Mutex<[RequestNote]>([])

  func add(_ note: RequestNote) { notes.withLock { $0.append(note) } }
  var all: [RequestNote] { notes.withLock { $0 } }
}
