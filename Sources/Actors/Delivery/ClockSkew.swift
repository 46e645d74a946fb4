package import Transport

/// How far a receiver's clock is off, because whoever verifies signatures refuses timestamps that
/// are more than five minutes off his own.
package enum ClockSkew {
  /// Less is not worth a word: a Date field has whole seconds, and an answer may have waited.
  static let worthTelling = 60

  /// - Parameters:
  ///   - date: what the receiver said; it leaves parts of a second out.
  ///   - end: when its answer was there, by our clock.
  ///   - took: how long the attempt took: its middle is compared.
  /// - Returns: seconds, positive when the receiver is ahead; nil when it is not worth telling.
  package static func seconds(of date: Timestamp, at end: Timestamp, took: Duration) -> Int? {
    let middle = end.milliseconds - Int64(took.wholeMilliseconds / 2)
    let skew = Int((Double(date.milliseconds + 500 - middle) / 1000).rounded())
    return abs(skew) >= worthTelling ? skew : nil
  }
}
