import Synchronization
import Transport

/// Delivery URLs as they were read once: reading one costs a twentieth of an attempt.
final class DeliveryURLs: Sendable {
  /// Beyond it all are read anew.
  private static let limit = 1024

  private let known = Mutex<[String: HTTPURL]>([:])

  /// nil for what is no URL.
  func url(_ text: String) -> HTTPURL? {
    if let url = known.withLock({ $0[text] }) { return url }
    guard let url = try? HTTPURL(parsing: text) else { return nil }
    known.withLock { known in
      if known.count >= Self.limit { known.removeAll() }
      known[text] = url
    }
    return url
  }
}
