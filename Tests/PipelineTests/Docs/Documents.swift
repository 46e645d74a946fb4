import Glibc
import Testing
import Transport

/// The repository's documents, as tests read them and, when asked to, write them.
///
/// `UPDATE_DOCS=1 swift test --filter Docs` rewrites what is generated; without it a difference
/// fails.
enum Documents {
  static let root: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(4).joined(separator: "/")
  }()

  private static let mayWrite = ProcessEnvironment.variables["UPDATE_DOCS"] == "1"

  /// - Parameter path: below the root.
  static func read(_ path: String) throws -> String {
    String(decoding: try FileSystem.contents(of: "\(root)/\(path)"), as: UTF8.self)
  }

  static func exists(_ path: String) -> Bool { access("\(root)/\(path)", F_OK) == 0 }

  /// Compares a generated text with the document, or replaces the document.
  static func check(_ path: String, is text: String) throws {
    if mayWrite, (try? read(path)) != text { try write(text, to: path) }
    let found = try read(path)
    let isSame = found == text  // apart, so that a failure does not print both
    #expect(
      isSame,
      "\(path) differs first at line \(firstDifference(found, text)); UPDATE_DOCS=1 rewrites it")
  }

  /// The text between `<!-- name -->` and `<!-- /name -->`, each on a line of its own.
  static func checkSection(_ name: String, of path: String, is text: String) throws {
    let whole = try read(path)
    let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex(of: "<!-- \(name) -->"))
    let end = try #require(lines.firstIndex(of: "<!-- /\(name) -->"))
    let kept = lines[...start] + text.split(separator: "\n") + lines[end...]
    try check(path, is: kept.joined(separator: "\n"))
  }

  private static func firstDifference(_ left: String, _ right: String) -> Int {
    let lines = zip(
      left.split(separator: "\n", omittingEmptySubsequences: false),
      right.split(separator: "\n", omittingEmptySubsequences: false))
    return (Array(lines).firstIndex { $0 != $1 } ?? -1) + 1
  }

  private static func write(_ text: String, to path: String) throws {
    let file = try #require(fopen("\(root)/\(path)", "w"))
    fputs(text, file)
    #expect(fclose(file) == 0)
  }
}
