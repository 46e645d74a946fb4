import TestSupport
import Testing
import Transport

@testable import Actors

@Suite struct SCIMBulkScheduleTests {
  @Test func `a POST goes ahead of whoever names its bulkId`() throws {
    let schedule = try Self.schedule([
      #"{"method":"POST","path":"/Groups","bulkId":"g","data":{"members":[{"value":"bulkId:u"}]}}"#,
      #"{"method":"DELETE","path":"/Users/1"}"#,
      #"{"method":"PUT","path":"/Users/bulkId:u","data":{"userName":"b"}}"#,
      #"{"method":"POST","path":"/Users","bulkId":"u","data":{"userName":"a"}}"#,
    ])
    #expect(schedule.order == [3, 0, 1, 2])
  }

  @Test func `a circle of references is entered at its end, and is walked once`() throws {
    var schedule = try Self.schedule([
      #"{"method":"POST","path":"/Groups","bulkId":"a","data":{"members":[{"value":"bulkId:b"}]}}"#,
      #"{"method":"POST","path":"/Groups","bulkId":"b","data":{"members":[{"value":"bulkId:c"}]}}"#,
      #"{"method":"POST","path":"/Groups","bulkId":"c","data":{"members":[{"value":"bulkId:a"}]}}"#,
    ])
    #expect(schedule.order == [2, 1, 0])
    #expect(Self.waves(&schedule) == [[2], [1], [0]])
  }

  @Test func `what has nothing in common runs together`() throws {
    var schedule = try Self.schedule(
      (0..<5).map {
        #"{"method":"POST","path":"/Users","bulkId":"\#($0)","data":{"userName":"u\#($0)","title":"x"}}"#
      } + [#"{"method":"DELETE","path":"/Users/9"}"#])
    #expect(Self.waves(&schedule) == [[0, 1, 2, 3, 4, 5]])
  }

  @Test func `operations on one resource keep their order`() throws {
    var schedule = try Self.schedule([
      #"{"method":"PATCH","path":"/Users/1","data":{"Operations":[]}}"#,
      #"{"method":"PATCH","path":"/Users/2","data":{"Operations":[]}}"#,
      #"{"method":"PATCH","path":"/users/1/","data":{"Operations":[]}}"#,
      #"{"method":"DELETE","path":"/Users/1"}"#,
    ])
    #expect(Self.waves(&schedule) == [[0, 1], [2], [3]])
  }

  @Test(arguments: [
    #"{"method":"POST","path":"/Users","bulkId":"z","data":{"USERNAME":"NAME"}}"#,
    #"{"method":"PUT","path":"/Users/2","data":{"userName":"name"}}"#,
    #"{"method":"PATCH","path":"/Users/2","data":{"Operations":[{"op":"add","value":{"userName":"Name"}}]}}"#,
    #"{"method":"PATCH","path":"/Users/2","data":{"Operations":[{"path":"urn:x:User:username","value":"Name"}]}}"#,
  ])
  func `whoever wants the same name waits, however it is said`(second: String) throws {
    var schedule = try Self.schedule([
      #"{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"name"}}"#, second,
    ])
    #expect(Self.waves(&schedule) == [[0], [1]])
  }

  @Test func `a name that a resource had is waited for, before and after it is given up`() throws {
    let post = #"{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"old"}}"#
    let delete = #"{"method":"DELETE","path":"/Users/1"}"#
    for pair in [[post, delete], [delete, post]] {
      var schedule = try Self.schedule(pair, held: ["1": ["OLD"]])
      #expect(Self.waves(&schedule) == [[0], [1]])
    }
  }

  @Test func `a name that was given within the request is given up with the resource`() throws {
    var schedule = try Self.schedule([
      #"{"method":"PATCH","path":"/Users/1","data":{"Operations":[{"value":{"userName":"new"}}]}}"#,
      #"{"method":"DELETE","path":"/Users/1"}"#,
      #"{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"new"}}"#,
    ])
    #expect(Self.waves(&schedule) == [[0], [1], [2]])
  }

  @Test func `who meets through a third keeps the order too`() throws {
    var schedule = try Self.schedule(
      [
        #"{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"old","externalId":"x"}}"#,
        #"{"method":"DELETE","path":"/Users/1"}"#,
        #"{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"new","externalId":"x"}}"#,
      ], held: ["1": ["old"]])
    #expect(Self.waves(&schedule) == [[0], [1], [2]])
  }

  @Test func `what mentions a resource keeps its place beside what changes it`() throws {
    var schedule = try Self.schedule([
      #"{"method":"POST","path":"/Groups","bulkId":"g","data":{"members":[{"value":"1"}]}}"#,
      #"{"method":"POST","path":"/Groups","bulkId":"h","data":{"members":[{"value":"1"}]}}"#,
      #"{"method":"DELETE","path":"/Users/1"}"#,
      #"{"method":"POST","path":"/Groups","bulkId":"i","data":{"members":[{"value":"1"}]}}"#,
    ])
    #expect(Self.waves(&schedule) == [[0, 1], [2], [3]])
  }

  @Test(arguments: 0..<40)
  func `every operation is offered once, and never beside one it collides with`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let operations = (0..<30).map { number in
      let resource = Int.random(in: 0..<6, using: &random)
      let other = Int.random(in: 0..<6, using: &random)
      return Bool.random(using: &random)
        ? #"{"method":"POST","path":"/Users","bulkId":"b\#(number)","#
          + #""data":{"userName":"n\#(resource)","x":"bulkId:b\#(other)"}}"#
        : #"{"method":"PUT","path":"/Users/\#(resource)","data":{"userName":"n\#(other)"}}"#
    }
    var schedule = try Self.schedule(operations)
    var (running, seen) = ([Int](), [Int]())
    while seen.count < operations.count || !running.isEmpty {
      if let next = schedule.next() {
        for other in running {
          #expect(
            try Self.resources(operations[other]).isDisjoint(with: Self.resources(operations[next]))
          )
        }
        running.append(next)
        seen.append(next)
      } else {
        let index = try #require(running.indices.randomElement(using: &random), "nobody can run")
        schedule.finished(running.remove(at: index))
      }
    }
    #expect(seen.sorted() == Array(operations.indices))
  }

  private static func resources(_ text: String) throws -> Set<String> {
    let operation = try SCIMBulkRequestTests.operation(text)
    return [
      SCIMBulkClaims.resource(of: operation) ?? "", operation.data["userName"]?.string ?? "",
    ]
  }

  /// Operations that may run together, wave after wave.
  private static func waves(_ schedule: inout SCIMBulkSchedule) -> [[Int]] {
    var waves: [[Int]] = []
    while true {
      var wave: [Int] = []
      while let next = schedule.next() { wave.append(next) }
      if wave.isEmpty { return waves }
      waves.append(wave)
      for index in wave { schedule.finished(index) }
    }
  }

  private static func schedule(
    _ texts: [String], held: [String: [String]] = [:]
  ) throws -> SCIMBulkSchedule {
    let operations = try texts.map { try SCIMBulkRequestTests.operation($0) }
    return SCIMBulkSchedule(
      operations,
      operations.map { operation in
        let names = SCIMResourceType.user.identifyingNames
        var claims = SCIMBulkClaims(of: operation, naming: names)
        claims.claim(held[operation.path.last ?? ""] ?? [])
        return claims
      })
  }
}
