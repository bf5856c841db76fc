/// A table of aligned columns: the first to the left, the others to the right.
struct TextTable {
  private var rows: [[String]]
  private let columns: Int

  init(header: [String]) {
    rows = [header]
    columns = header.count
  }

  mutating func add(_ row: [String]) {
    precondition(row.count == columns, "A row has as many cells as the header.")
    rows.append(row)
  }

  /// The lines, with a rule below the header.
  var lines: [String] {
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    var lines = rows.map { row in
      row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }.joined(separator: "  ")
    }
    let rule = String(repeating: "-", count: widths.reduce(0, +) + 2 * (columns - 1))
    lines.insert(rule, at: 1)
    return lines
  }
}
