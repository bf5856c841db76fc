import SpectraInfer
import SwiftCSV

/// A comma-separated table with a header, whose cells are asked for by the name of their column.
package struct Table {
  // No quantity of the database comes near it, and sums of its squares are still finite.
  private static let largestNumber = 1e9
  private static let longestText = 255
  private static let largestFile = 256 << 20

  package let path: String
  /// SHA-256 of the file's bytes, 64 hexadecimal digits.
  package let sha256: String
  private let columns: [String: Int]
  private let cells: [[String]]

  /// Reads the table of a file.
  ///
  /// - Throws: `DataError` where it cannot be read or is no table.
  package init(_ path: String) throws {
    let data = try DataFile.read(path, limit: Self.largestFile)
    let digits = SHA256.hexadecimal(of: [UInt8](data).span)
    sha256 = String(decoding: digits.indices.map { digits[$0] }, as: UTF8.self)
    // The line break closes the last row, however the file ends.
    let text = try DataFile.text(of: data, from: path) + "\n"
    var cells: [[String]] = []
    do {
      let csv = try CSV<Enumerated>(
        string: text, delimiter: .comma, loadColumns: false, rowLimit: 0)
      // The parser's own rows are filled up to one length, which would hide one that is cut short.
      try csv.enumerateAsArray(startAt: 0, rowLimit: nil) { cells.append($0) }
    } catch {
      throw DataError("\(path): text goes on behind a closing quotation mark; check the quoting")
    }
    var columns: [String: Int] = [:]
    for (index, column) in (cells.first ?? []).enumerated() {
      guard columns.updateValue(index, forKey: column) == nil else {
        throw DataError("\(path), line 1: there are two columns \"\(column)\"; remove one")
      }
    }
    self.path = path
    self.columns = columns
    self.cells = cells
  }

  /// The rows below the header, without blank lines.
  package var rows: some Sequence<Row> {
    cells.enumerated().lazy.dropFirst().filter { $0.element != [""] }
      .map { Row(table: self, cells: $0.element, line: $0.offset + 1) }
  }

  /// One row with its line in the file.
  package struct Row {
    let table: Table
    let cells: [String]
    let line: Int

    /// An error about this row.
    package func error(_ what: String) -> DataError {
      DataError("\(table.path), line \(line): \(what)")
    }

    /// The text of a cell, which must not be empty.
    package func text(_ column: String) throws -> String {
      let text = try cell(column)
      guard !text.isEmpty else { throw error("\(column) is empty") }
      guard text.utf8.count <= Table.longestText else {
        throw error("\(column) is longer than \(Table.longestText) bytes")
      }
      return text
    }

    /// The finite number in a cell; `substitute` stands for an empty one.
    package func number(_ column: String, orEmpty substitute: Double? = nil) throws -> Double {
      let text = try cell(column)
      if text.isEmpty, let substitute { return substitute }
      guard let number = Double(text), number.isFinite else {
        throw error("\(column) is not a number: \"\(text.prefix(40))\"")
      }
      guard number.magnitude <= Table.largestNumber else {
        throw error("\(column) is beyond all measure: \(number)")
      }
      return number
    }

    /// The whole number in a cell.
    package func wholeNumber(_ column: String, in range: Range<Int>) throws -> Int {
      let number = try number(column)
      guard let whole = Int(exactly: number), range.contains(whole) else {
        throw error(
          "\(column) is not a whole number of \(range.lowerBound) to \(range.upperBound - 1): "
            + "\(number)")
      }
      return whole
    }

    private func cell(_ column: String) throws -> String {
      guard let index = table.columns[column] else {
        throw DataError("\(table.path), line 1: there is no column \(column)")
      }
      guard cells.count == table.columns.count else {
        throw error(
          "there are \(cells.count) cells, but \(table.columns.count) columns; "
            + "\(column) cannot be told")
      }
      return cells[index]
    }
  }
}
