/// The text of a comma-separated table with a header.
///
/// Cells are quoted as RFC 4180 says: one with a comma, a quotation mark or a line break stands in
/// quotation marks, and a quotation mark in it is doubled. Lines end with a line feed, as those of
/// the database do.
package struct CSVText {
  /// What a cell holds.
  package enum Cell {
    case text(String)
    /// In the shortest form that reads back as the same number; NaN is an empty cell.
    case number(Double)
    /// The same in single precision.
    case intensity(Float)
    case whole(Int)
    case seed(UInt64)

    private var unquoted: String {
      switch self {
      case .text(let text): text
      case .number(let number): number.isNaN ? "" : "\(number)"
      case .intensity(let number): number.isNaN ? "" : "\(number)"
      case .whole(let number): "\(number)"
      case .seed(let number): "\(number)"
      }
    }

    /// The characters of the cell in a line.
    package var quoted: String {
      let text = unquoted
      // Of a carriage return and a line feed Swift makes one character, so the bytes are looked at.
      let isPlain = text.utf8.allSatisfy { byte in
        byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\n")
          && byte != UInt8(ascii: "\r")
      }
      if isPlain { return text }
      var quoted = "\""
      for scalar in text.unicodeScalars {
        if scalar == "\"" { quoted += "\"" }
        quoted.unicodeScalars.append(scalar)
      }
      return quoted + "\""
    }
  }

  /// The lines so far.
  package private(set) var text: String
  private let columnCount: Int

  /// A table with a header and no rows.
  package init(columns: [String]) {
    columnCount = columns.count
    text = columns.map { Cell.text($0).quoted }.joined(separator: ",") + "\n"
  }

  /// Adds a row of as many cells as there are columns.
  package mutating func add(_ cells: [Cell]) {
    precondition(cells.count == columnCount, "A row has as many cells as the header.")
    text += cells.map(\.quoted).joined(separator: ",") + "\n"
  }
}
