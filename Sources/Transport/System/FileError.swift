import Glibc

/// What the system answered when a file operation failed: which one, on what, and errno.
package struct FileError: Error, Sendable, Hashable {
  /// The system call, as in its manual page: `open`, `fdatasync`.
  package let operation: String
  package let path: String
  /// errno.
  package let code: Int32

  package init(_ operation: String, _ path: String, code: Int32 = errno) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// Whether there is nothing of that name.
  package var isMissing: Bool { code == ENOENT }
}

extension FileError: CustomStringConvertible {
  package var description: String { "\(operation) \(path): \(Self.words(for: code))" }

  /// The system's own words for errno.
  private static func words(for code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    return unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, unsafe strerror_r(code, base, buffer.count) == 0
      else { return "error \(code)" }
      return unsafe String(cString: base)
    }
  }
}
