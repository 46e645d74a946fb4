import Testing
import Transport

@testable import Pipeline

@Suite struct DocsTests {
  @Test func `docs/EVENTS.md shows what is really sent`() throws {
    try Documents.check("docs/EVENTS.md", is: try EventsDocument().text())
  }

  @Test func `docs/API.md is what the route table says`() throws {
    try Documents.check("docs/API.md", is: APIDocumentPage().text)
  }

  @Test func `the README lists the flags that serve has`() throws {
    try Documents.checkSection("flags", of: "README.md", is: Self.flags)
  }

  @Test func `exit codes in the README are those there are`() throws {
    let readme = try Documents.read("README.md")
    for code: ExitCode in [
      .success, .failure, .damaged, .usage, .corruptSpool, .inputOutput, .locked, .permission,
      .newerFormat,
    ] {
      #expect(readme.contains("\n| \(code.rawValue) | "), "\(code)")
    }
  }

  @Test(arguments: [
    "README.md", "spool/README.md", "docs/ARCHITECTURE.md", "docs/OKTA.md", "docs/ENTRA.md",
    "docs/OPERATIONS.md", "docs/EVENTS.md", "docs/RECEIVING.md", "docs/SPOOL_FORMAT.md",
    "docs/FEED.md", "docs/PERSONAL_DATA.md", "docs/API.md",
  ])
  func `every link within the repository leads somewhere`(_ path: String) throws {
    let folder = path.split(separator: "/").dropLast()
    for target in Self.links(in: try Documents.read(path)) where !target.contains("://") {
      let parts = target.split(separator: "#", omittingEmptySubsequences: false)
      let file = Self.resolve(parts[0], in: folder) ?? path
      #expect(Documents.exists(file), "\(path): \(target)")
      if parts.count > 1, Documents.exists(file) {
        let anchors = Self.anchors(in: try Documents.read(file))
        #expect(anchors.contains(String(parts[1])), "\(path): \(target)")
      }
    }
  }

  @Test func `every metric is in docs/OPERATIONS.md`() throws {
    let page = try Documents.read("docs/OPERATIONS.md")
    let sources = ["Server/Server+Metrics.swift"].map { "Sources/Pipeline/" + $0 }
    for source in sources + [
      "Sources/Actors/Store/StoreCounters.swift", "Sources/Pipeline/Server/Delivery+Wiring.swift",
      "Sources/Pipeline/Topology.swift",
    ] {
      let names = try Documents.read(source).split(separator: "\"").filter {
        $0.hasPrefix("scim_hris_")
      }
      #expect(!names.isEmpty)
      for name in names { #expect(page.contains("`\(name)"), "\(name)") }
    }
  }
}

extension DocsTests {
  /// Defaults of a machine with two processors and 4 GiB, as the README says.
  private static var flags: String {
    let rows = ServeOptions.table(for: Machine(memory: 4 << 30, processors: 2)).map { option in
      let label = option.label.split(separator: "|").joined(separator: "\\|")
      let value = option.value == .flag ? "off" : option.fallback ?? option.absence ?? "none"
      return "| `\(label)` | \(value) | \(option.help)\(option.isRepeating ? " Repeatable." : "") |"
    }
    return (["| flag | default | |", "|---|---|---|"] + rows).joined(separator: "\n")
  }

  /// The targets of `[text](target)` outside code.
  private static func links(in text: String) -> [Substring] {
    var isCode = false
    var found: [Substring] = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("```") { isCode.toggle() }
      if isCode { continue }
      var rest = line
      while let open = rest.firstRange(of: "](") {
        rest = rest[open.upperBound...]
        found.append(rest.prefix { $0 != ")" })
      }
    }
    return found
  }

  /// A path below the root; nil for a link within the page.
  private static func resolve(_ target: Substring, in folder: ArraySlice<Substring>) -> String? {
    if target.isEmpty { return nil }
    var parts = Array(folder)
    for part in target.split(separator: "/") {
      if part == ".." { parts.removeLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }

  /// The anchors of headings, as GitHub makes them.
  private static func anchors(in text: String) -> Set<String> {
    let headings = text.split(separator: "\n").filter { $0.hasPrefix("#") }
    return Set(
      headings.map { line in
        line.drop { $0 == "#" || $0 == " " }.lowercased().compactMap { character in
          if character == " " { return "-" }
          return character.isLetter || character.isNumber || "-_".contains(character)
            ? String(character) : nil
        }.joined()
      })
  }
}
