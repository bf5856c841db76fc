import SpectraIO
import SpectraInfer

/// Cross-validates one seed under every disturbance.
public struct RobustnessStudy: Sendable {
  private let dataset: Dataset
  private let measurements: DisturbedMeasurements
  private let foldCount = 10

  /// A study of `dataset`; the noise of the measurements comes from `seed`.
  public init(_ dataset: Dataset, seed: UInt64) {
    self.dataset = dataset
    measurements = DisturbedMeasurements(dataset, seed: seed)
  }

  /// Trains an ensemble for each of the ten folds of the plan's seed and tests it on what was left
  /// out; groups that are held out belong to no fold.
  ///
  /// - Parameters:
  ///   - views: the dataset's, by the plan's augmentation; nil without one.
  ///   - progress: is told how much is done, 0 to 1, from several threads; returns false to stop.
  /// - Throws: `DataError` where training fails or was stopped, `SpectraError` where a measurement
  ///   cannot be predicted.
  public func table(
    of plan: TrainingPlan, views: AugmentedViews?,
    progress: @escaping @Sendable (Double) -> Bool = { _ in true }
  ) throws -> RobustnessTable {
    var table = RobustnessTable()
    for fold in 0..<foldCount {
      var plan = plan
      plan.fold = fold
      // No interval is looked at here.
      plan.calibrationMemberCount = 0
      let trainer = EnsembleTrainer(dataset: dataset, plan: plan, views: views)
      let document = try trainer.train { _ in progress(Double(fold) / Double(foldCount)) }
      let bytes = try ModelWriter().bytes(of: document)
      let folds = plan.folds(of: dataset)
      try table.add(
        rows: folds.spectra(of: fold), of: measurements, model: Model(json: bytes.span),
        meanOfTraining: mean(of: folds.spectra(outside: fold)))
    }
    return table
  }

  /// The mean of each property over the rows that have it.
  private func mean(of rows: [Int]) -> PropertyValues {
    var means = PropertyValues(repeating: .nan)
    for property in MaterialProperty.allCases {
      let values = rows.map { dataset.sites[$0].properties[property] }.filter { !$0.isNaN }
      means[property] = values.reduce(0, +) / Double(values.count)
    }
    return means
  }
}
