import CLinux

/// The process's limit of open descriptors, which distributions set to 1024 for old programs' sake.
package enum OpenFileLimit {
  /// Raises the soft limit towards `wanted`, within the hard one.
  /// - Returns: the limit now in force, or nil when the kernel refuses.
  package static func raise(to wanted: Int) -> Int? {
    let limit = clinux_raise_open_files(UInt64(max(0, wanted)))
    return limit < 0 ? nil : Int(limit)
  }
}
