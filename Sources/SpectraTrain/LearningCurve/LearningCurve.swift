import SpectraIO
import SpectraInfer

/// How errors on unseen materials fall with the number of materials that are learned from.
///
/// A cross-validation whose ensembles learn from a share of the groups that they could: all, a half,
/// a quarter, an eighth. The spectra that are tested on are the same for each share, and a smaller
/// share is a part of each larger one. With all groups the errors are those of `CrossValidation`.
public struct LearningCurve: Sendable {
  /// The shares of the groups outside of the tested fold, largest first.
  public static let shares = [1, 0.5, 0.25, 0.125]

  /// The data.
  public let dataset: Dataset
  /// What to train; its seeds and its fold are replaced.
  public let plan: TrainingPlan

  /// A curve of the plan's recipe, which divides groups.
  public init(_ dataset: Dataset, plan: TrainingPlan) {
    precondition(plan.splitRule == .group, "A learning curve counts groups.")
    self.dataset = dataset
    self.plan = plan
  }

  /// Trains an ensemble for each of the ten folds of a seed with a share of the groups, and tests it.
  ///
  /// - Parameters:
  ///   - threads: how many folds are trained at once, at most.
  ///   - progress: is told of each epoch, with the members of all folds counted through, from several
  ///     threads; returns false to stop.
  /// - Throws: `DataError` where a fold has too few groups left to learn from, where training
  ///   diverges, or where it was stopped.
  public func point(
    share: Double, seed: UInt64, threads: Int = .max,
    progress: @escaping @Sendable (EnsembleTrainer.Progress) -> Bool = { _ in true }
  ) throws -> LearningCurvePoint {
    let plan = plan.seeded(seed)
    let views = plan.augmentation.map { AugmentedViews(dataset, $0) }
    var results = [Result<LearningCurvePoint, DataError>?](
      repeating: nil, count: CrossValidation.foldCount)
    results.forEachConcurrently(threads: threads) { result, fold in
      result = Result { () throws(DataError) in
        try point(share: share, of: plan, views, fold: fold, progress)
      }
    }
    return try LearningCurvePoint(results.compactMap { try $0?.get() })
  }

  /// The point of one fold.
  private func point(
    share: Double, of plan: TrainingPlan, _ views: AugmentedViews?, fold: Int,
    _ progress: (EnsembleTrainer.Progress) -> Bool
  ) throws(DataError) -> LearningCurvePoint {
    let seed = plan.configuration.seed
    let folds = plan.folds(of: dataset)
      .thinned(to: share, outside: fold, groups: dataset.groups, seed: seed)
    let splits = (0..<plan.memberCount).compactMap {
      folds.split(fold: fold, without: nil, member: $0)
    }
    let known = splits.first.map { $0.training + $0.validation } ?? []
    guard splits.count == plan.memberCount, splits.allSatisfy({ !$0.training.isEmpty }) else {
      throw DataError(
        "a share of \(share) leaves too few groups to learn from; use more materials")
    }
    // The seeds that the members of a model have.
    let seeds = splits.indices.map { SeededGenerator(seed: seed).seed(ofStream: UInt64($0)) }
    var isStopped = false
    let predictions = try FoldTrial(
      dataset: dataset, configuration: plan.configuration, views: views
    )
    .predictions(of: fold, splits, seeds: seeds) { member, report in
      let progressed = EnsembleTrainer.Progress(
        member: fold * plan.memberCount + member, purpose: .member,
        maximumEpochs: plan.configuration.maximumEpochs, report: report)
      isStopped = isStopped || !progress(progressed)
      return !isStopped
    }
    if isStopped { throw DataError("the learning curve was stopped") }
    return LearningCurvePoint(predictions, known: known, dataset: dataset)
  }
}
