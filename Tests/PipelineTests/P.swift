import Testing
@testable import Pipeline
@Test func placeholder() { #expect(Bool(true)) }
