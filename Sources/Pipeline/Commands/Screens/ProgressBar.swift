/// One line that shows how far many calls are; drawn over itself on a terminal, nowhere else.
package enum ProgressBar {
  private static let width = 40

  /// "[####....] 4,212 of 5,611 calls   1,944/s   0 failed   1 s left"
  package static func line(done: Int, of total: Int, failed: Int, elapsed: Duration) -> String {
    let share = total > 0 ? min(1, Double(done) / Double(total)) : 0
    let filled = Int(share * Double(width))
    let bar =
      String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    let seconds = max(0.001, elapsed / .seconds(1))
    let rate = Double(done) / seconds
    let left = rate > 0 ? Int((Double(max(0, total - done)) / rate).rounded(.up)) : 0
    return "[\(bar)] \(DecimalText.grouped(done)) of \(DecimalText.grouped(total)) calls"
      + "   \(DecimalText.grouped(Int(rate)))/s   \(DecimalText.grouped(failed)) failed"
      + "   \(left) s left"
  }
}
