import SpectraIO
import SpectraInfer

/// The results of a cross-validation, kept in a folder where one is named.
///
/// Each fold is written as soon as it is done, and found there when the same study is opened again.
/// The files are the same, byte for byte, however often that was:
///
/// - `study.json`: what the study is of
/// - `sites.csv`, `features.csv`: the spectra, their true properties and prepared intensities
/// - `folds.csv`: which fold each spectrum is tested in, by seed
/// - `predictions.csv`: what each model says of the spectra that it is tested on
/// - `errors.csv`: the errors of each seed, beside those of the naive predictors
/// - `worst.csv`, `failures.csv`, `neighbors.csv`: the largest errors of each seed, the spectra of
///   these errors with the reason, and what is near to them in their model's references
public struct CrossValidationStudy: Sendable {
  /// A model of the study.
  private struct Part: Hashable {
    var seed: UInt64
    var fold: Int
  }

  /// What is trained and tested.
  public let validation: CrossValidation
  private let folder: ResultFolder?
  private var results: [Part: [SpectrumPrediction]] = [:]

  /// Opens the study.
  ///
  /// - Parameter path: its folder; nil keeps the results in memory.
  /// - Throws: `DataError` where the folder holds anything else, such as a study of another
  ///   configuration, or cannot be written.
  public init(_ validation: CrossValidation, in path: String?) throws {
    self.validation = validation
    guard let path else {
      folder = nil
      return
    }
    let folder = try ResultFolder(path, kind: StudyDescription.kind)
    self.folder = folder
    let description = StudyDescription(validation)
    let recipe = RecipeDescription(validation.plan, validation.dataset)
    let tables = StudyTables(validation)
    let spectra = [("sites.csv", tables.sites), ("features.csv", tables.features)]
    if let found = folder.found {
      try description.check(recipe, found, in: folder)
      for (name, table) in spectra { try folder.check(table, against: name) }
    }
    try folder.write(description, recipe)
    for (name, table) in spectra { try folder.write(table, to: name) }
    try folder.write(tables.folds, to: "folds.csv")
    for part in try PredictionReader(validation, in: folder).read() {
      results[Part(seed: part.seed, fold: part.fold)] = part.predictions
    }
  }

  /// Number of models whose results are there.
  public var doneCount: Int { results.count }

  /// Whether the results of a model are there.
  public func contains(seed: UInt64, fold: Int) -> Bool {
    results[Part(seed: seed, fold: fold)] != nil
  }

  /// Takes the results of a model, and writes them.
  ///
  /// - Throws: `DataError` where they cannot be written.
  public mutating func add(
    _ predictions: [SpectrumPrediction], seed: UInt64, fold: Int
  ) throws {
    results[Part(seed: seed, fold: fold)] = predictions
    guard let folder else { return }
    var table = PredictionTable()
    for seed in validation.seeds {
      for fold in 0..<CrossValidation.foldCount {
        table.add(results[Part(seed: seed, fold: fold)] ?? [], seed: seed, fold: fold)
      }
    }
    try folder.write(table.text, to: PredictionTable.name)
  }

  /// The results of a seed, fold by fold.
  public func predictions(seed: UInt64) -> [SpectrumPrediction] {
    (0..<CrossValidation.foldCount).flatMap { results[Part(seed: seed, fold: $0)] ?? [] }
  }

  /// Writes the tables of errors of all seeds that have results.
  ///
  /// - Throws: `DataError` where they cannot be written.
  public func finish() throws {
    guard let folder else { return }
    var errors = ErrorRows(by: "seed")
    var failures = FailureTables(keys: ["seed"])
    for seed in validation.seeds {
      let predictions = predictions(seed: seed)
      if predictions.isEmpty { continue }
      errors.add(ErrorTable(predictions), key: .seed(seed))
      failures.add(validation.failures(predictions, seed: seed), keys: [.seed(seed)])
    }
    try folder.write(errors.text, to: "errors.csv")
    try folder.write(failures.worst, to: "worst.csv")
    try folder.write(failures.failures, to: "failures.csv")
    try folder.write(failures.neighbors, to: "neighbors.csv")
  }
}
