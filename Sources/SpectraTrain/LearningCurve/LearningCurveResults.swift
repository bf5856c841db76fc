import SpectraIO
import SpectraInfer

/// The points of a learning curve, kept in a folder: `learning-curve.json` says what it is of,
/// `learning-curve.csv` has a row for each property at each point, by seed.
///
/// Each point is written as soon as it is done, and found there when the same curve is opened again.
public struct LearningCurveResults {
  /// Which point: what share of the groups was learned from, with which seed.
  public struct Part: Hashable, Comparable, Sendable {
    /// The seed of folds and networks.
    public var seed: UInt64
    /// Share of the groups outside of the tested fold.
    public var share: Double

    /// A point.
    public init(seed: UInt64, share: Double) {
      self.seed = seed
      self.share = share
    }

    /// The order in the table: seed by seed, the largest share first.
    public static func < (one: Part, other: Part) -> Bool {
      (one.seed, -one.share) < (other.seed, -other.share)
    }
  }

  private static let kind = ResultFolder.Kind(
    file: "learning-curve.json", format: "spectra-infer learning curve", version: 1,
    title: "learning curve")

  /// What the JSON file has beside the recipe.
  private struct Description: Encodable {
    var shares = LearningCurve.shares
  }

  private static let columns = [
    "alignment", "seed", "share", "groups", "spectra", "property", "count", "mean_absolute_error",
    "mean_error_of_predicting_the_mean", "mean_error_of_the_nearest_spectrum",
  ]

  private let alignment: String
  private var rows: PartTable<Part>

  /// Opens the curve.
  ///
  /// - Throws: `DataError` where the folder holds anything else, such as a curve of another
  ///   configuration, or cannot be written.
  public init(_ curve: LearningCurve, in path: String) throws {
    let recipe = RecipeDescription(curve.plan, curve.dataset)
    let folder = try ResultFolder(path, kind: Self.kind)
    try folder.keep(recipe, Description())
    let alignment = recipe.alignment
    self.alignment = alignment
    rows = try PartTable(
      "learning-curve.csv", columns: Self.columns, rowCount: MaterialProperty.allCases.count,
      in: folder
    ) { cells in
      guard cells[0] == alignment, let seed = UInt64(cells[1]), let share = Double(cells[2]),
        LearningCurve.shares.contains(share)
      else { return nil }
      return Part(seed: seed, share: share)
    }
  }

  /// Whether a point is there.
  public func contains(_ part: Part) -> Bool { rows.contains(part) }

  /// Takes a point, and writes the table.
  ///
  /// - Throws: `DataError` where it cannot be written.
  public mutating func add(_ point: LearningCurvePoint, _ part: Part) throws {
    let added: [[CSVText.Cell]] = MaterialProperty.allCases.map { property in
      let errors = point[property]
      return [
        .text(alignment), .seed(part.seed), .number(part.share), .number(point.groupCount),
        .number(point.spectrumCount), .text("\(property.name)"), .whole(errors.count),
        .number(errors[.network]), .number(errors[.mean]), .number(errors[.nearest]),
      ]
    }
    try rows.add(added, part)
  }
}
