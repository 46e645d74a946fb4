import Testing
@testable import Actors
@Test func placeholder() { #expect(Bool(true)) }
