import CLinux
import Glibc

/// A private directory (0700) for a run that leaves nothing behind.
package struct ScratchDirectory: Sendable {
  package let path: String

  /// - Parameter parent: where to make it; its file system is the one that is measured.
  package init(in parent: String, named stem: String) throws(FileError) {
    var template = Array("\(parent)/\(stem)-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer -> String? in
      guard let name = unsafe mkdtemp(buffer.baseAddress!) else { return nil }
      return unsafe String(cString: name)
    }
    guard let made else { throw FileError("mkdtemp", "\(parent)/\(stem)") }
    path = made
  }

  /// Where temporary files go: TMPDIR, else /tmp.
  package static func parent(_ environment: [String: String]) -> String {
    environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
  }

  /// Removes the directory with everything in it; symbolic links are not followed.
  package func remove() { Self.remove(path) }

  private static func remove(_ path: String) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT != S_IFDIR {
      _ = unsafe unlink(path)
      return
    }
    for name in (try? FileSystem.list(path)) ?? [] { remove("\(path)/\(name)") }
    _ = unsafe rmdir(path)
  }
}
