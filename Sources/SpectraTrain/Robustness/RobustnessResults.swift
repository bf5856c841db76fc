import Foundation
import SpectraIO
import SpectraInfer

/// The errors of a robustness study, kept in a folder: `robustness.json` says what it is of,
/// `robustness.csv` has a row for each property at each point, by training and seed.
///
/// Each training of each seed is written as soon as it is done, and found there when the same study
/// is opened again.
public struct RobustnessResults {
  /// Networks that are compared: how they were trained, and their seed.
  public struct Part: Hashable, Sendable {
    /// Whether they learned from measurements, not from the perfect spectra alone.
    public var isAugmented: Bool
    /// Their seed.
    public var seed: UInt64

    /// The networks of a seed.
    public init(isAugmented: Bool, seed: UInt64) {
      self.isAugmented = isAugmented
      self.seed = seed
    }

    fileprivate var name: String { isAugmented ? "augmented" : "clean" }
  }

  private static let table = "robustness.csv"
  private static let columns = [
    "alignment", "training", "condition", "value", "seed", "property", "count", "refused",
    "mean_absolute_error", "mean_error_of_predicting_the_mean",
  ]
  private static let rowsOfPart =
    DisturbedMeasurements.points.count * MaterialProperty.allCases.count

  private let alignment: String
  private let folder: ResultFolder
  private var rows: [Part: [[String]]] = [:]

  /// Opens the study of plans like `plan` on `dataset`.
  ///
  /// - Throws: `DataError` where the folder holds anything else, such as a study of another
  ///   configuration, or cannot be written.
  public init(_ plan: TrainingPlan, _ dataset: Dataset, in path: String) throws {
    let description = RobustnessDescription(plan, dataset)
    alignment = description.alignment
    folder = try ResultFolder(path, kind: RobustnessDescription.kind)
    if let found = folder.found, try found != ResultFolder.json(description) {
      throw DataError(
        "\(path): holds a robustness study of other options or of other data; name another "
          + "folder, or give the options of its \(RobustnessDescription.kind.file)")
    }
    try folder.write(description)
    try read()
  }

  /// Whether the results of some networks are there.
  public func contains(_ part: Part) -> Bool { rows[part] != nil }

  /// Takes the results of some networks, and writes them.
  ///
  /// - Throws: `DataError` where they cannot be written.
  public mutating func add(_ table: RobustnessTable, _ part: Part) throws {
    rows[part] = DisturbedMeasurements.points.enumerated().flatMap { index, point in
      MaterialProperty.allCases.map { property in
        let entry = table[index, property]
        return [
          alignment, part.name, point.disturbance.rawValue, "\(point.value)", "\(part.seed)",
          "\(property.name)", "\(entry.count)", "\(table.refused[index])",
          CSVText.Cell.number(entry.meanAbsoluteError).quoted,
          CSVText.Cell.number(entry.meanErrorOfPredictingTheMean).quoted,
        ]
      }
    }
    var text = CSVText(columns: Self.columns)
    let parts = rows.keys.sorted {
      ($0.isAugmented ? 1 : 0, $0.seed) < ($1.isAugmented ? 1 : 0, $1.seed)
    }
    for part in parts {
      for row in rows[part] ?? [] { text.add(row.map { .text($0) }) }
    }
    try folder.write(text, to: Self.table)
  }

  private mutating func read() throws {
    let path = "\(folder.path)/\(Self.table)"
    guard FileManager.default.fileExists(atPath: path) else { return }
    let lines = try DataFile.readText(path).split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    }
    for line in lines.dropFirst() {
      guard line.count == Self.columns.count, line[0] == alignment, let seed = UInt64(line[4]),
        ["clean", "augmented"].contains(line[1])
      else { throw damaged(path) }
      rows[Part(isAugmented: line[1] == "augmented", seed: seed), default: []].append(line)
    }
    guard lines.first == Self.columns, rows.values.allSatisfy({ $0.count == Self.rowsOfPart })
    else { throw damaged(path) }
  }

  private func damaged(_ path: String) -> DataError {
    DataError("\(path): is damaged; remove it, and the same command computes it anew")
  }
}
