import Transport

/// Counts wrong keys per address, so that guessing gets slow while a right key never does: it is
/// asked only after a key was found wrong.
///
/// At most `addresses` entries are kept; a full table forgets its oldest window.
struct FailedAttempts {
  static let allowed = 10
  static let window: Duration = .seconds(60)
  static let addresses = 4096

  private var windows: [IPAddress: Window] = [:]
  /// Addresses remembered now.
  var count: Int { windows.count }

  private struct Window {
    let ends: Timestamp
    var failures: Int
  }

  /// Notes a failure.
  ///
  /// - Returns: the seconds to wait once this address has failed too often, else nil.
  mutating func fail(from address: IPAddress, at now: Timestamp) -> Int? {
    let site = Self.site(of: address)
    if let window = windows[site], window.ends > now {
      windows[site]?.failures += 1
      guard window.failures + 1 > Self.allowed else { return nil }
      return Int((window.ends.milliseconds - now.milliseconds + 999) / 1000)
    }
    makeRoom(at: now)
    windows[site] = Window(ends: now.advanced(by: Self.window), failures: 1)
    return nil
  }

  private mutating func makeRoom(at now: Timestamp) {
    guard windows.count >= Self.addresses else { return }
    windows = windows.filter { $0.value.ends > now }
    if windows.count < Self.addresses { return }
    if let oldest = windows.min(by: { $0.value.ends < $1.value.ends }) {
      windows[oldest.key] = nil
    }
  }

  /// One IPv6 customer holds a whole /64 and could fail from a new address each time.
  private static func site(of address: IPAddress) -> IPAddress {
    guard address.isIPv6 else { return address }
    return IPAddress(bytes: address.bytes.prefix(8) + [UInt8](repeating: 0, count: 8)) ?? address
  }
}
