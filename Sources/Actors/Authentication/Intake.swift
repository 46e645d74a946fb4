import Transport

/// Whether more writes may come in: the disk's reserve and what waits for the disk decide.
///
/// Refusals are 429, because it is the only answer Okta sends again by itself.
package struct Intake: Sendable {
  /// Seconds to come back after when the backlog is too long.
  package static let loadWait = 1

  private let isShortOfDisk: @Sendable () -> Bool
  private let isBacklogged: @Sendable () -> Bool

  package init(
    isShortOfDisk: @escaping @Sendable () -> Bool, isBacklogged: @escaping @Sendable () -> Bool
  ) {
    self.isShortOfDisk = isShortOfDisk
    self.isBacklogged = isBacklogged
  }

  package var refusal: SCIMError? {
    if isShortOfDisk() { return .shortOfDisk }
    if isBacklogged() { return .backlog(retryAfter: Self.loadWait) }
    return nil
  }

  /// The reason in words, for `/readyz`.
  package var reason: String? {
    if isShortOfDisk() { return "short of disk: less than the reserve is free" }
    if isBacklogged() { return "too many writes wait for the disk" }
    return nil
  }
}
