import Foundation
import SpectraIO

/// A table in a folder of results whose rows come in parts, as those of one seed.
///
/// Each part is written as soon as it is added, and found there when the same table is opened again.
/// The file is the same, byte for byte, in whatever order the parts were added.
struct PartTable<Part: Hashable & Comparable & Sendable>: Sendable {
  private let name: String
  private let columns: [String]
  private let folder: ResultFolder
  private var rows: [Part: [[CSVText.Cell]]] = [:]

  /// Opens the table, and reads the parts that are there.
  ///
  /// - Parameters:
  ///   - rowCount: number of the rows of a part.
  ///   - part: which part a row belongs to; nil where it cannot be one of this table.
  /// - Throws: `DataError` where the file is damaged.
  init(
    _ name: String, columns: [String], rowCount: Int, in folder: ResultFolder,
    part: ([String]) -> Part?
  ) throws {
    self.name = name
    self.columns = columns
    self.folder = folder
    let path = "\(folder.path)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else { return }
    let damaged = DataError(
      "\(path): is damaged; remove it, and the same command computes it anew")
    let lines = try DataFile.readText(path).split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    }
    for line in lines.dropFirst() {
      guard line.count == columns.count, let own = part(line) else { throw damaged }
      rows[own, default: []].append(line.map { .text($0) })
    }
    guard lines.first == columns, rows.values.allSatisfy({ $0.count == rowCount }) else {
      throw damaged
    }
  }

  /// Whether a part is there.
  func contains(_ part: Part) -> Bool { rows[part] != nil }

  /// Takes the rows of a part, and writes the table.
  ///
  /// - Throws: `DataError` where it cannot be written.
  mutating func add(_ added: [[CSVText.Cell]], _ part: Part) throws {
    rows[part] = added
    var text = CSVText(columns: columns)
    for part in rows.keys.sorted() {
      for row in rows[part] ?? [] { text.add(row) }
    }
    try folder.write(text, to: name)
  }
}
