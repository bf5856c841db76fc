import Foundation
import SpectraIO

/// A folder of results that belong together: tables, and one JSON file that says what they are.
///
/// What is no such folder is left alone: only a missing or empty folder, or one whose JSON file
/// names the same format, is written to.
struct ResultFolder {
  /// Which results, as the JSON file names them.
  struct Kind {
    /// Name of the JSON file.
    var file: String
    /// Its `format`.
    var format: String
    /// Its `format_version`.
    var version: Int
    /// Words for a person.
    var title: String
  }

  /// What the JSON file of every kind begins with.
  private struct Head: Codable {
    var format: String
    var format_version: Int
  }

  /// The members of several values in one JSON object.
  private struct Members: Encodable {
    var values: [any Encodable]

    func encode(to encoder: any Encoder) throws {
      for value in values { try value.encode(to: encoder) }
    }
  }

  private static let largestFile = 64 << 20

  let path: String
  let kind: Kind
  /// The JSON file as it is there already; nil in a new folder.
  let found: Data?

  /// Opens a folder, and makes it where it is missing.
  ///
  /// - Throws: `DataError` where the folder holds something else, or cannot be made or read.
  init(_ path: String, kind: Kind) throws {
    try DataFile.makeFolder(path)
    let names = try DataFile.names(in: path)
    self.path = path
    self.kind = kind
    guard let other = names.first else {
      found = nil
      return
    }
    guard names.contains(kind.file) else {
      throw DataError(
        "\(path): holds other files, such as \(other), and no \(kind.title); name another folder")
    }
    let data = try DataFile.read("\(path)/\(kind.file)", limit: Self.largestFile)
    guard let head = try? JSONDecoder().decode(Head.self, from: data), head.format == kind.format
    else {
      throw DataError("\(path)/\(kind.file): is not that of a \(kind.title); name another folder")
    }
    guard head.format_version == kind.version else {
      throw DataError(
        "\(path)/\(kind.file): has version \(head.format_version), not \(kind.version); "
          + "name another folder")
    }
    found = data
  }

  /// Checks that a table, where it is there already, is just this one.
  ///
  /// - Throws: `DataError` where it is another one.
  func check(_ table: CSVText, against name: String) throws {
    let file = "\(path)/\(name)"
    guard FileManager.default.fileExists(atPath: file) else { return }
    guard try DataFile.read(file, limit: Self.largestFile) == Data(table.text.utf8) else {
      throw DataError("\(file): is of other data or of another recipe; name another folder")
    }
  }

  /// Writes a table.
  func write(_ table: CSVText, to name: String) throws {
    try DataFile.write(Data(table.text.utf8), to: "\(path)/\(name)")
  }

  /// Writes the JSON file, with the members of all descriptions.
  func write(_ descriptions: any Encodable...) throws {
    try DataFile.write(json(descriptions), to: "\(path)/\(kind.file)")
  }

  /// Writes the JSON file, or checks that the one which is there is just this one.
  ///
  /// - Throws: `DataError` where it is another one.
  func keep(_ descriptions: any Encodable...) throws {
    let text = try json(descriptions)
    if let found, found != text {
      throw DataError(
        "\(path): holds a \(kind.title) of other options or of other data; name another folder, or "
          + "give the options of its \(kind.file)")
    }
    try DataFile.write(text, to: "\(path)/\(kind.file)")
  }

  /// JSON with sorted names; the same values give the same bytes.
  private func json(_ descriptions: [any Encodable]) throws -> Data {
    let head = Head(format: kind.format, format_version: kind.version)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(Members(values: [head] + descriptions)) + Data("\n".utf8)
  }
}
