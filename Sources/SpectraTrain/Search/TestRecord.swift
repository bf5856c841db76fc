import Foundation
import SpectraIO

/// `test.json` of a search: the model that its test part was spent on, and the errors there.
///
/// Errors on spectra that nothing was chosen by are worth that name once. A second winner of the
/// same folder (from a larger grid, say) would be chosen by someone who has seen the errors of the
/// first.
public struct TestRecord: Codable, Sendable, Equatable {
  /// The record's name in the folder.
  public static let name = "test.json"

  /// The options of `spectra train` that make the model.
  public var train: String
  /// The errors on the test part.
  public var test_errors: [ModelCard.PropertyError]

  /// A record.
  public init(train: String, errors: [ModelCard.PropertyError]) {
    self.train = train
    test_errors = errors
  }

  /// Makes sure that the test part was not spent on another model.
  ///
  /// - Throws: `DataError` where it was, or the record cannot be read.
  public static func check(_ train: String, in folder: String) throws {
    let path = "\(folder)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else { return }
    let record: TestRecord
    do {
      record = try JSONDecoder().decode(Self.self, from: DataFile.read(path, limit: 1 << 20))
    } catch is DecodingError {
      throw DataError("\(path): is no record of a test; name another folder")
    }
    guard record.train == train else {
      throw DataError(
        "\(path): the test part was spent on another model, \(record.train); to test a new one "
          + "unseen, search with another --seed in another folder, or give --trials-only")
    }
  }

  /// Writes the record.
  ///
  /// - Throws: `DataError` where it cannot be written.
  public func write(to folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try DataFile.write(try encoder.encode(self), to: "\(folder)/\(Self.name)")
  }
}
