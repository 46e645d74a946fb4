import TestSupport
import Testing

@testable import Actors

@Suite struct HashIndexTests {
  @Test func `it holds what a plain dictionary of sets would`() {
    var random = SeededGenerator(seed: 11)
    var index = HashIndex()
    var model: [UInt64: Set<Int>] = [:]
    // Few hashes, near each other and in one table, so that they probe past one another.
    let hashes = (0..<40).map { UInt64($0 % 20) | UInt64($0 / 20) << 62 } + [0, .max]
    for step in 0..<20_000 {
      let hash = hashes[Int.random(in: hashes.indices, using: &random)]
      let place = Int.random(in: 0..<6, using: &random)
      if Bool.random(using: &random) {
        index.insert(place, at: hash)
        model[max(hash, 1), default: []].insert(place)
      } else {
        index.remove(place, at: hash)
        model[max(hash, 1)]?.remove(place)
      }
      #expect(index.places(hash) == (model[max(hash, 1)] ?? []).sorted(), "step \(step)")
    }
    for hash in hashes { #expect(index.places(hash) == (model[max(hash, 1)] ?? []).sorted()) }
  }

  @Test func `a copy stays what it was`() {
    var index = HashIndex()
    for place in 0..<5_000 { index.insert(place, at: HashIndex.hash(place: place)) }
    let copy = index
    for place in 0..<5_000 { index.remove(place, at: HashIndex.hash(place: place)) }
    for place in 0..<5_000 {
      #expect(copy.places(HashIndex.hash(place: place)) == [place])
      #expect(index.places(HashIndex.hash(place: place)) == [])
    }
  }
}

@Suite struct RowNameTests {
  @Test func `ids we draw are numbers and come back as they were`() throws {
    let uuid = "2819c223-7f76-453a-919d-413861904646"
    #expect(RowName(uuid: uuid)?.uuid == uuid)
    #expect(RowName(uuid: uuid.uppercased()) == nil)
    #expect(RowName(uuid: "2819c223-7f76-453a-919d-41386190464") == nil)
    #expect(RowName(uuid: "ffffffff-ffff-ffff-919d-413861904646") == nil)
    let ulid = "emp_7ZZZZZZZZZ0123456789ABCDEF"
    #expect(RowName(ulid: ulid, prefix: "emp_")?.ulid(prefix: "emp_") == ulid)
    #expect(RowName(ulid: ulid, prefix: "grp_") == nil)
    #expect(RowName(ulid: "emp_8ZZZZZZZZZ0123456789ABCDEF", prefix: "emp_") == nil)
    #expect(RowName(ulid: "emp_A", prefix: "emp_") == nil)
  }
}
