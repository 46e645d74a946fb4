import Glibc

/// Standard output and standard error as places for text; each write goes out whole, at once.
package enum Terminal {
  package enum Stream: Int32, Sendable {
    case output = 1
    case error = 2
  }

  private static let output = LineDescriptor(Stream.output.rawValue)
  private static let error = LineDescriptor(Stream.error.rawValue)

  package static func write(_ text: String, to stream: Stream = .output) {
    (stream == .output ? output : error).write(Array(text.utf8))
  }

  /// Writes to standard output what somebody keeps: it is all there, or this throws.
  package static func writeWhole(_ bytes: [UInt8]) throws(FileError) {
    try output.writeWhole(bytes)
  }

  /// Columns of the terminal; nil when it is none or does not say.
  package static func width(_ stream: Stream = .output) -> Int? {
    var size = winsize()
    let status = unsafe ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size)
    return status == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
  }

  /// Whether a person reads there; secrets and moving bars are for people.
  package static func isTerminal(_ stream: Stream = .output) -> Bool {
    (stream == .output ? output : error).isTerminal
  }
}
