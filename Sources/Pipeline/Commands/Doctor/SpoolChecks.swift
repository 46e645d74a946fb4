package import Transport

/// Is the spool's directory what the server needs, and its disk?
package enum SpoolChecks {
  /// What is known of the directory.
  package struct Place: Sendable {
    package var path: String
    /// Nil when nothing of that name exists.
    package var status: FileSystem.Status?
    /// Of whoever asks.
    package var user: UInt32
    /// Nil for a directory that is no spool.
    package var format: Int?

    package init(path: String, status: FileSystem.Status?, user: UInt32, format: Int?) {
      (self.path, self.status, self.user, self.format) = (path, status, user, format)
    }
  }

  /// Blocks.
  static func place(at path: String) -> Place {
    let status = (try? FileSystem.status(path)) ?? nil
    let reader = try? SpoolReader(directory: path, hops: SpoolHops.descriptions)
    return Place(
      path: path, status: status, user: FileSystem.user, format: reader?.identity?.format)
  }

  package static func judge(_ place: Place) -> DoctorFinding {
    let path = place.path
    guard let status = place.status else {
      return .warning(
        "spool", "\(path): there is none yet", "The first start makes it; or name one: --spool.")
    }
    guard status.isDirectory else {
      return .bad("spool", "\(path) is no directory", "Name another with --spool.")
    }
    let owner = AccountName.forSudo(status.owner)
    if status.owner != place.user && place.user != 0 {
      return .bad(
        "spool", "\(path) belongs to \(owner)",
        "Ask as its owner: sudo -u \(owner) scim-hris doctor")
    }
    guard let format = place.format else {
      return .warning(
        "spool", "\(path) holds no spool yet", "The first start makes one; or name it: --spool.")
    }
    if format > SpoolRelease.readable {
      return .bad(
        "spool", "\(path) has format \(format); this release reads up to \(SpoolRelease.readable)",
        "Start the newer release that wrote it.")
    }
    let mode = String(status.mode, radix: 8)
    if status.mode & 0o077 != 0 {
      return .warning(
        "spool", "\(path) has mode 0\(mode): others of this machine may look in",
        "chmod 0700 \(path); a start does it as well.")
    }
    if format < SpoolRelease.written {
      return .warning(
        "spool", "\(path) goes on in format \(format)", "Once: start with --upgrade-format.")
    }
    let whose = status.owner == place.user ? "" : ", of \(owner)"
    return .ok("spool", "\(path), format \(format), mode 0\(mode)\(whose)")
  }

  /// - Parameter reserve: bytes below which writes are refused.
  package static func judge(_ space: FileSystem.Space, reserve: UInt64) -> DoctorFinding {
    let free = ByteSize.rounded(Int(clamping: space.free))
    let total = ByteSize.rounded(Int(clamping: space.total))
    let text =
      "\(free) of \(total) free, reserve \(ByteSize.rounded(Int(clamping: reserve)))"
    if space.free < reserve {
      return .bad("disk", text, "Writes are refused: make room, or lower --spool-max-bytes.")
    }
    if space.free - reserve < reserve {
      return .warning("disk", text, "Writes are refused once the reserve is reached: make room.")
    }
    return .ok("disk", text)
  }

  /// Longer than that and every answer is slow.
  private static let slow = 20_000
  /// No disk is as fast, in microseconds.
  private static let incredible = 5

  package static func judge(_ result: DiskProbe.Result) -> DoctorFinding {
    let median = result.latency.quantile(0.5)
    let text =
      "\(DecimalText.text(Double(median) / 1000, 2)) ms,"
      + " 99 % within \(LatencyText.quantile(0.99, of: result.latency)),"
      + " \(DecimalText.grouped(Int(result.perSecond))) per second"
    if median > slow {
      return .warning("fdatasync", text, "Each answer to a write waits for it: use a faster disk.")
    }
    if median < incredible {
      return .warning(
        "fdatasync", text, "No disk is that fast. Is this memory, which a power cut empties?")
    }
    return .ok("fdatasync", text)
  }
}
