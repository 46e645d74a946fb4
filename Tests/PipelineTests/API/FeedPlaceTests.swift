import Testing
import Transport

@testable import Pipeline

struct FeedPlaceTests {
  @Test(arguments: [
    FeedPlace(epoch: 1, seq: 1), FeedPlace(epoch: 7, seq: 1 << 40, index: 63),
  ])
  func `a place is read back from its text`(place: FeedPlace) {
    #expect(FeedPlace(place.text) == place)
    #expect(FeedStart(place.text) == .place(place))
    #expect(place.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "&") })
  }

  @Test(arguments: [
    "1.1", "1.1.1.1", "1..1", "-1.1.1", "1.0.0", "1.x.0", "9.9.99999999999999999999",
  ])
  func `nothing else is a place`(text: String) {
    #expect(FeedPlace(Base64.encode(Array("2\(text)".utf8), .url)) == nil)
    #expect(FeedPlace(Base64.encode(Array("1\(text)".utf8), .url)) == nil)
    #expect(FeedPlace(text) == nil)
  }

  @Test func `a start is a place, an event, the end, or the oldest`() {
    #expect(FeedStart(nil) == .oldest)
    #expect(FeedStart("latest") == .latest)
    #expect(FeedStart("evt_1") == .event(id: "evt_1"))
    #expect(FeedStart("newest") == nil)
  }
}
