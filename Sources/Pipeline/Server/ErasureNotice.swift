import Actors
import Transport

/// Events that an erasure itself brings about: they name the person by ids and say nothing else of
/// it, so they may be kept like any other.
enum ErasureNotice {
  /// - Parameter event: as webhooks are sent it.
  static func isOne(_ event: [UInt8]) -> Bool {
    guard let event = JSONSlices(event) else { return false }
    if event.text("type") == EventType.employeeErased.rawValue { return true }
    if event.bytes("cause").flatMap({ JSONSlices($0) })?.text("reason") == "manager_erased" {
      return true
    }
    // The present state of somebody of whom only ids are left.
    let erased = event.bytes("data").flatMap { JSONSlices($0) }?.bytes("erased")
    return erased?.elementsEqual("true".utf8) ?? false
  }
}
