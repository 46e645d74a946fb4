import CLinux

/// What can go wrong on a socket, as facts.
package enum SocketError: Error, Sendable, Hashable {
  /// The peer is gone, or the socket was closed by us.
  case closed
  case timedOut
  /// A system call failed; the number is an errno.
  case system(Int32)
}

/// An errno as people say it: "connection refused".
package enum SystemErrorText {
  package static func describe(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    unsafe clinux_error_text(code, &buffer, 128)
    let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

extension SystemErrorText {
  // The numbers a listener's caller tells apart.
  package static var addressInUse: Int32 { EADDRINUSE }
  package static var addressNotAvailable: Int32 { EADDRNOTAVAIL }
  package static var accessDenied: Int32 { EACCES }
  package static var notPermitted: Int32 { EPERM }
}
