import Foundation
import SwiftCSV

/// A comma-separated table with a header, whose cells are asked for by the name of their column.
struct Table {
  let path: String
  private let columns: [String: Int]
  private let cells: [[String]]

  init(_ path: String) throws {
    let csv: CSV<Enumerated>
    do {
      csv = try CSV<Enumerated>(
        url: URL(fileURLWithPath: path), delimiter: .comma, loadColumns: false)
    } catch {
      throw DataError(
        "\(path): cannot be read as comma-separated text; check the folder (\(error))")
    }
    self.path = path
    columns = Dictionary(
      csv.header.enumerated().map { ($0.element, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    cells = csv.rows
  }

  var rows: some Sequence<Row> {
    cells.enumerated().lazy.map { Row(table: self, cells: $0.element, line: $0.offset + 2) }
  }

  /// One row with its line in the file.
  struct Row {
    let table: Table
    let cells: [String]
    let line: Int

    func error(_ what: String) -> DataError {
      DataError("\(table.path), line \(line): \(what)")
    }

    func text(_ column: String) throws -> String {
      guard let index = table.columns[column] else {
        throw DataError("\(table.path): there is no column \(column)")
      }
      guard cells.indices.contains(index) else { throw error("the row ends before \(column)") }
      return cells[index]
    }

    func number(_ column: String, orEmpty substitute: Double? = nil) throws -> Double {
      let text = try text(column)
      if text.isEmpty, let substitute { return substitute }
      guard let number = Double(text), number.isFinite else {
        throw error("\(column) is not a number: \"\(text)\"")
      }
      return number
    }
  }
}
