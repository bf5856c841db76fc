import SpectraIO
import SpectraInfer

/// The errors of a robustness study, kept in a folder: `robustness.json` says what it is of,
/// `robustness.csv` has a row for each property at each point, by training and seed.
///
/// Each training of each seed is written as soon as it is done, and found there when the same study
/// is opened again.
public struct RobustnessResults {
  /// Networks that are compared: how they were trained, and their seed.
  public struct Part: Hashable, Comparable, Sendable {
    /// Whether they learned from measurements, not from the perfect spectra alone.
    public var isAugmented: Bool
    /// Their seed.
    public var seed: UInt64

    /// The networks of a seed.
    public init(isAugmented: Bool, seed: UInt64) {
      self.isAugmented = isAugmented
      self.seed = seed
    }

    /// The order in the table: those of perfect spectra first.
    public static func < (one: Part, other: Part) -> Bool {
      (one.isAugmented ? 1 : 0, one.seed) < (other.isAugmented ? 1 : 0, other.seed)
    }

    fileprivate var name: String { isAugmented ? "augmented" : "clean" }
  }

  private static let kind = ResultFolder.Kind(
    file: "robustness.json", format: "spectra-infer robustness", version: 1,
    title: "robustness study")

  private static let columns = [
    "alignment", "training", "condition", "value", "seed", "property", "count", "refused",
    "mean_absolute_error", "mean_error_of_predicting_the_mean",
  ]

  private let alignment: String
  private var rows: PartTable<Part>

  /// Opens the study of plans like `plan` on `dataset`.
  ///
  /// - Throws: `DataError` where the folder holds anything else, such as a study of another
  ///   configuration, or cannot be written.
  public init(_ plan: TrainingPlan, _ dataset: Dataset, in path: String) throws {
    var recipe = RecipeDescription(plan, dataset)
    // Networks are trained with and without it.
    recipe.augmentation = plan.augmentation ?? Augmentation(seed: plan.configuration.seed)
    let folder = try ResultFolder(path, kind: Self.kind)
    try folder.keep(recipe)
    let alignment = recipe.alignment
    self.alignment = alignment
    rows = try PartTable(
      "robustness.csv", columns: Self.columns,
      rowCount: DisturbedMeasurements.points.count * MaterialProperty.allCases.count, in: folder
    ) { cells in
      guard cells[0] == alignment, let seed = UInt64(cells[4]),
        ["clean", "augmented"].contains(cells[1])
      else { return nil }
      return Part(isAugmented: cells[1] == "augmented", seed: seed)
    }
  }

  /// Whether the results of some networks are there.
  public func contains(_ part: Part) -> Bool { rows.contains(part) }

  /// Takes the results of some networks, and writes them.
  ///
  /// - Throws: `DataError` where they cannot be written.
  public mutating func add(_ table: RobustnessTable, _ part: Part) throws {
    var added: [[CSVText.Cell]] = []
    for (index, point) in DisturbedMeasurements.points.enumerated() {
      for property in MaterialProperty.allCases {
        let entry = table[index, property]
        added.append([
          .text(alignment), .text(part.name), .text(point.disturbance.rawValue),
          .number(point.value), .seed(part.seed), .text("\(property.name)"), .whole(entry.count),
          .whole(table.refused[index]), .number(entry.meanAbsoluteError),
          .number(entry.meanErrorOfPredictingTheMean),
        ])
      }
    }
    try rows.add(added, part)
  }
}
