import Actors
import Transport

/// What deliveries still need of the spool, as far as their cursors on disk say, and who must give
/// something up when that is too much.
///
/// Disabled webhooks and readers of the feed need nothing.
struct RetentionPins: Sendable {
  /// Above this share of the limit, what webhooks have not been sent may be given up.
  private static let share = 0.75
  /// If they hold back at least this share of it: less is how far anybody may lag for a moment.
  private static let shareHeldBack = 0.125

  let spool: Spool
  let view: ConfigurationView
  /// Bytes.
  let maxBytes: UInt64

  private struct Pin {
    let webhook: String
    /// The first lines that are still needed.
    var committed: UInt64
    var attempts = UInt64.max
  }

  /// By hop. Blocks.
  var neededFrom: [UInt64] { neededFrom(pins) }

  /// The webhook that holds most of the log back, when what is held back is too much and letting
  /// go of it would help. Blocks.
  var mostPinning: String? {
    let limit = UInt64(Double(maxBytes) * Self.share)
    guard spool.bytes > limit else { return nil }
    let pins = pins
    var needed = neededFrom(pins)
    let kept = spool.bytesKept(neededFrom: needed)
    needed[Hop.committed.rawValue] = .max
    let heldBack = kept - min(kept, spool.bytesKept(neededFrom: needed))
    guard kept > limit, heldBack > UInt64(Double(maxBytes) * Self.shareHeldBack)
    else { return nil }
    return pins.min { $0.committed < $1.committed }?.webhook
  }

  private var pins: [Pin] {
    view.current.webhooks.values.filter { $0.status != .disabled }.map { webhook in
      var pin = Pin(webhook: webhook.id, committed: webhook.since + 1)
      let name = DeliveryEnvironment.cursor(webhook.id)
      guard let json = (try? spool.durableCursor(name))?.object,
        let cursor = try? DeliveryCursor(json: json), cursor.since == webhook.since
      else { return pin }
      pin.committed = cursor.neededFrom
      pin.attempts = cursor.ledgerNeededFrom
      return pin
    }
  }

  private func neededFrom(_ pins: [Pin]) -> [UInt64] {
    var needed = Hop.allCases.map { _ in UInt64.max }
    for pin in pins {
      let (committed, attempts) = (Hop.committed.rawValue, Hop.attempts.rawValue)
      needed[committed] = min(needed[committed], pin.committed)
      needed[attempts] = min(needed[attempts], pin.attempts)
    }
    return needed
  }
}

extension SpoolRetention {
  /// - Parameter removed: told which files of `3-committed` are gone.
  init(
    _ settings: Settings, pins: RetentionPins,
    removed: @escaping @Sendable ([RecordFiles.Name]) -> Void
  ) {
    let keep = Hop.allCases.map { hop in
      switch hop {
      case .accepted, .mapped: settings.spoolKeep
      case .committed, .attempts: settings.eventsKeep
      }
    }
    self.init(keep: keep, maxBytes: pins.maxBytes, neededFrom: { pins.neededFrom }) { hop, gone in
      if hop == Hop.committed.rawValue { removed(gone.map { .segment($0) }) }
    }
  }
}

extension Settings {
  private static let largestSpool = 4 << 30

  /// `--spool-max-bytes`, else 4 GiB or a quarter of the disk, the smaller. Blocks.
  func maxSpoolBytes(of directory: String) -> UInt64 {
    if let spoolMaxBytes { return UInt64(spoolMaxBytes) }
    let space = try? FileSystem.space(at: directory)
    return min(UInt64(Self.largestSpool), (space?.total ?? .max) / 4)
  }
}
