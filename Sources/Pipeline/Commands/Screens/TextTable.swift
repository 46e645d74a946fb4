/// Lines up columns of text the way every screen of this program does.
package struct TextTable: Sendable {
  package enum Alignment: Sendable { case left, right }

  package struct Column: Sendable {
    package var title: String
    package var alignment: Alignment
    /// Spaces before this column.
    package var gap: Int
    /// Characters the column takes at least.
    package var width: Int

    package init(_ title: String, _ alignment: Alignment = .left, gap: Int = 2, width: Int = 0) {
      self.title = title
      self.alignment = alignment
      self.gap = gap
      self.width = width
    }
  }

  package var columns: [Column]
  package var rows: [[String]] = []

  package init(_ columns: [Column]) { self.columns = columns }

  /// Titles, then the rows; no line ends in a space.
  package var lines: [String] {
    let titles = columns.map(\.title)
    // Cells may be what strangers wrote.
    let rows = rows.map { $0.map { SpoolText.plain($0) } }
    let widths = columns.indices.map { index in
      let cells = rows.map { index < $0.count ? $0[index].count : 0 }
      return max(columns[index].width, titles[index].count, cells.max() ?? 0)
    }
    return ([titles] + rows).map { line($0, widths) }
  }

  package var text: String { lines.map { $0 + "\n" }.joined() }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, column) in columns.enumerated() {
      let cell = index < cells.count ? cells[index] : ""
      let padding = String(repeating: " ", count: widths[index] - cell.count)
      line += String(repeating: " ", count: index == 0 ? 0 : column.gap)
      line += column.alignment == .left ? cell + padding : padding + cell
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}
