import Glibc

/// Keeps the memory of a process that crashes off the disk: it holds people's data and secrets.
package enum CoreDumps {
  /// For this process and those it starts. A program that the system hands dumps to is asked the
  /// same by it; systemd-coredump and apport obey.
  package static func forbid() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
  }

  /// Bytes one may have; 0 when there are none.
  package static var limit: UInt64 {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0 else {
      return .max
    }
    return UInt64(limit.rlim_cur)
  }
}
