import TestSupport
import Testing
import Transport

@testable import Actors

/// PATCH against the slow model, over thousands of random programs.
@Suite struct SCIMPatchOracleTests {
  private struct Tally {
    var applied = 0
    var refused: [SCIMErrorType: Int] = [:]
  }

  private func run(
    _ type: SCIMResourceType, from start: JSONObject, seed: UInt64, programs: Int
  ) throws -> Tally {
    var program = SCIMPatchProgram(type: type, random: SeededGenerator(seed: seed))
    var tally = Tally()
    for _ in 0..<programs {
      var resource = try type.create(from: start)
      var oracle = SCIMPatchOracle(type, resource.attributes)
      for _ in 0..<4 {
        let count = Int.random(in: 1...3, using: &program.random)
        let operations = (0..<count).map { _ in program.operation() }
        let body = try SCIMBodies.patch(operations.map(SCIMPatchProgram.json))
        let (next, refusal) = expected(oracle, operations)
        let said = "\(body["Operations"]?.text ?? "") on \(resource.attributes.text)"
        do throws(SCIMError) {
          let new = try type.patch(resource, id: "u", with: body)
          guard refusal == nil, new.attributes == next.json else {
            Issue.record(
              "\(said) gave \(new.attributes.text), not \(next.json.text), \(refusal as Any)")
            return tally
          }
          #expect(new.unknown.isEmpty)
          tally.applied += 1
          (resource, oracle) = (new, next)
        } catch {
          guard let refusal, error.scimType == refusal else {
            Issue.record("\(said) gave \(error), not \(next.json.text), \(refusal as Any)")
            return tally
          }
          tally.refused[refusal, default: 0] += 1
        }
      }
    }
    return tally
  }

  private func expected(
    _ oracle: SCIMPatchOracle, _ operations: [SCIMPatchProgram.Operation]
  ) -> (SCIMPatchOracle, SCIMErrorType?) {
    var next = oracle
    do throws(SCIMPatchOracle.Refusal) {
      for operation in operations { try next.apply(operation) }
      try next.finish()
      return (next, nil)
    } catch { return (next, error.type) }
  }

  @Test(arguments: 1...4) func `users change as the model says`(seed: Int) throws {
    let tally = try run(
      .user, from: SCIMBodies.object(SCIMBodies.entraCreate), seed: UInt64(seed), programs: 600)
    #expect(tally.applied > 800)
    #expect(tally.refused.keys.count >= 4, "\(tally)")
  }

  @Test(arguments: 1...4) func `what files define changes as the model says`(seed: Int) throws {
    let start = try SCIMDefinitions.body(
      """
      "serial":"s","sizes":[1],"place":{"room":"R"},"ports":[{"value":"x","type":"usb"}],
      "\(SCIMDefinitions.lease)":{"until":"2030-01-01T00:00:00Z"}
      """)
    let tally = try run(
      SCIMDefinitions.type(), from: start, seed: UInt64(seed), programs: 600)
    #expect(tally.applied > 800)
    #expect(tally.refused.keys.count >= 4, "\(tally)")
  }
}
