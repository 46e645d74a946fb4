import Testing

@testable import Transport

@Suite struct RandomTests {
  @Test(arguments: [0, 1, 16, 32, 4095, 4096, 4097, 10_000])
  func `as many bytes come as were asked for, and not twice the same`(count: Int) {
    let first = Random.bytes(count)
    #expect(first.count == count)
    if count >= 16 {
      #expect(first != Random.bytes(count))
      #expect(!first.allSatisfy { $0 == 0 })
    }
  }

  @Test func `every byte value appears about equally often`() {
    var counts = [Int](repeating: 0, count: 256)
    for _ in 0..<1000 { for byte in Random.bytes(256) { counts[Int(byte)] += 1 } }
    #expect(counts.allSatisfy { (700...1300).contains($0) })
  }

  @Test func `a token is its prefix and base 62`() {
    let token = Random.token(prefix: "scimtok_", characters: 43)
    #expect(token.wholeMatch(of: /scimtok_[0-9A-Za-z]{43}/) != nil)
    #expect(token != Random.token(prefix: "scimtok_", characters: 43))
  }

  @Test func `a slug can stand in a URL that Okta accepts`() {
    for _ in 0..<100 { #expect(Random.slug().wholeMatch(of: /[a-z2-9]{16}/) != nil) }
  }

  @Test func `many tasks at once never share bytes`() async {
    let all = await withTaskGroup(of: [[UInt8]].self) { group in
      for _ in 0..<8 { group.addTask { (0..<2000).map { _ in Random.bytes(16) } } }
      return await group.reduce(into: Set<[UInt8]>()) { $0.formUnion($1) }
    }
    #expect(all.count == 16_000)
  }
}
