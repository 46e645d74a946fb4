import Glibc

/// A directory of one test's own, removed with everything in it when the test lets go of it.
package final class TemporaryDirectory: Sendable {
  /// Absolute, mode 0700, without a slash at the end.
  package let path: String

  package init() {
    var base = "/tmp"
    if let named = getenv("TMPDIR") { base = String(cString: named) }
    var template = Array("\(base)/scim-hris-test-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "mkdtemp: \(String(cString: strerror(errno)))")
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit { Self.removeTree(path) }

  /// The path of `name` in here.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Creates or replaces a file.
  package func write(_ bytes: [UInt8], to name: String) {
    let file = fopen(self.file(name), "w")!
    precondition(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    precondition(fclose(file) == 0)
  }

  /// The whole file, nil when there is none.
  package func read(_ name: String) -> [UInt8]? {
    guard let file = fopen(self.file(name), "r") else { return nil }
    defer { fclose(file) }
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { return all }
      all += chunk[..<count]
    }
  }

  /// Symbolic links are removed, never followed.
  private static func removeTree(_ path: String) {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name == "." || name == ".." { continue }
        if unlink("\(path)/\(name)") != 0 { removeTree("\(path)/\(name)") }
      }
      closedir(directory)
    }
    rmdir(path)
  }
}
