import SpectraIO
import SpectraInfer

/// Ten models for each seed, each tested on another tenth of the spectra, which it has not seen.
///
/// Groups that are held out belong to no tenth: nothing learns from them, and nothing is tested on
/// them, so that they are still unseen when a recipe was chosen by these errors.
public struct CrossValidation: Sendable {
  /// Number of tenths.
  public static let foldCount = 10

  /// The data.
  public let dataset: Dataset
  /// What to train; its seeds and its fold are replaced by those of each model.
  public let plan: TrainingPlan
  /// The seeds, each of another division of the spectra.
  public let seeds: [UInt64]

  /// A cross-validation of `plan`, once for each seed.
  public init(dataset: Dataset, plan: TrainingPlan, seeds: [UInt64]) {
    precondition(!seeds.isEmpty, "A cross-validation needs a seed.")
    self.dataset = dataset
    self.plan = plan
    self.seeds = seeds
  }

  /// The plan of one model.
  public func plan(seed: UInt64, fold: Int) -> TrainingPlan {
    var plan = plan.seeded(seed)
    plan.fold = fold
    return plan
  }

  /// How the spectra are divided for a seed.
  func folds(seed: UInt64) -> Folds { plan(seed: seed, fold: 0).folds(of: dataset) }

  /// The rows that the model of a seed and fold is tested on.
  func testRows(seed: UInt64, fold: Int) -> [Int] {
    folds(seed: seed).spectra(of: fold)
  }

  /// The rows that the model of a seed and fold has seen: its references.
  func seenRows(seed: UInt64, fold: Int) -> [Int] {
    folds(seed: seed).spectra(outside: fold)
  }

  /// Tests the model of a seed and fold, as it would be read from a file.
  public func predictions(
    of document: ModelDocument, seed: UInt64, fold: Int
  ) throws -> [SpectrumPrediction] {
    let bytes = try ModelWriter().bytes(of: document)
    let model = try Model(json: bytes.span)
    return try model.predictions(for: testRows(seed: seed, fold: fold), of: dataset)
  }

  /// Where the models of a seed err most.
  func failures(_ predictions: [SpectrumPrediction], seed: UInt64) -> FailureAnalysis {
    let assignment = folds(seed: seed).assignment
    let rows = Dictionary(
      uniqueKeysWithValues: dataset.sites.enumerated().map { ($0.element.id, $0.offset) })
    let seen = (0..<Self.foldCount).map { seenRows(seed: seed, fold: $0) }
    let similarWithin = seen.map { CalibrationFit.noveltyDistances(of: $0, in: dataset)[95] }
    return FailureAnalysis(of: predictions) { prediction in
      guard let row = rows[prediction.spectrum], let fold = assignment[row] else { return ([], 0) }
      return (dataset.neighbors(of: row, among: seen[fold]), similarWithin[fold])
    }
  }
}
