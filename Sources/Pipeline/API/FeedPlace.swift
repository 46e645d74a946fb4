import Transport

/// A place between two events of the committed log, which a puller keeps and comes back with.
///
/// It grants nothing: whose events a page shows is decided by the access token alone.
struct FeedPlace: Sendable, Equatable {
  /// Of the log it belongs to; another one numbers other lines.
  var epoch: Int
  /// The line to go on with.
  var seq: UInt64
  /// Events of that line that were seen already; almost always 0.
  var index = 0

  init(epoch: Int, seq: UInt64, index: Int = 0) {
    self.epoch = epoch
    self.seq = seq
    self.index = index
  }

  /// As `text` wrote it; nil for anything else.
  init?(_ text: String) {
    guard let bytes = Base64.decode(text, .url), bytes.first == Self.version else { return nil }
    let parts = bytes.dropFirst().split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let epoch = Self.number(parts[0]), let seq = Self.number(parts[1]),
      let index = Self.number(parts[2]), epoch <= Int32.max, seq >= 1, index <= Int32.max
    else { return nil }
    self.init(epoch: Int(epoch), seq: seq, index: Int(index))
  }

  /// Opaque to whoever keeps it; versioned by its first byte.
  var text: String {
    Base64.encode([Self.version] + Array("\(epoch).\(seq).\(index)".utf8), .url)
  }

  private static let version = UInt8(ascii: "2")

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }
}

/// Where a puller wants to begin, as it says so in `after`.
enum FeedStart: Sendable, Equatable {
  /// With the oldest event that is kept.
  case oldest
  /// With what is committed from now on.
  case latest
  case place(FeedPlace)
  /// Behind this event.
  case event(id: String)

  /// nil for text that is none of these.
  init?(_ text: String?) {
    guard let text else {
      self = .oldest
      return
    }
    if text == "latest" {
      self = .latest
    } else if text.hasPrefix("evt_") {
      self = .event(id: text)
    } else if let place = FeedPlace(text) {
      self = .place(place)
    } else {
      return nil
    }
  }
}

/// Why a puller cannot go on where it wants to.
enum FeedError: Error, Equatable {
  /// The log went on differently: a backup was restored, or a loss was accepted.
  case otherEpoch
  /// Retention has removed the lines it stopped at.
  case removed
  /// No event of that id that the caller may see is in the log.
  case unknownEvent(id: String)
  case unreadable(String)
}
