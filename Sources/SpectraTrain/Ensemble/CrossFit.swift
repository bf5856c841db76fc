package import SpectraIO
import SpectraInfer

/// Ensembles that each have not seen one fold, so that errors on unseen materials can be told
/// without the test part.
///
/// For each fold but the test part, members are trained on the rest, with validation folds of their
/// own, and predict it. What comes out is what the model is like on a material that is not among
/// its references: mean over members, their spread, and the distance to the nearest reference all
/// arise as they do in use. The model has one fold more to learn from, so that these errors are, if
/// anything, a little large. The idea is that of cross-conformal prediction (Vovk, Ann. Math.
/// Artif. Intell. 74 (2015) 9).
package struct CrossFit: Sendable {
  private let dataset: Dataset
  private let plan: TrainingPlan
  private let views: AugmentedViews?

  /// Ensembles of the plan's `calibrationMemberCount` members; `views` as for the members.
  package init(dataset: Dataset, plan: TrainingPlan, views: AugmentedViews?) {
    self.dataset = dataset
    self.plan = plan
    self.views = views
  }

  /// Trains, and predicts each spectrum that is not of the test part once.
  ///
  /// - Parameter progress: is told of each epoch of each network, from several threads; returns
  ///   false to stop.
  /// - Returns: the predictions, fold by fold; of no use where it was stopped.
  /// - Throws: `DataError` where training diverges.
  package func predictions(
    threads: Int,
    progress: @escaping @Sendable (EnsembleTrainer.Progress) -> Bool = { _ in true }
  ) throws(DataError) -> [UnseenPrediction] {
    let folds = plan.folds(of: dataset)
    var results = [Result<[UnseenPrediction], DataError>](
      repeating: .success([]), count: folds.count)
    results.forEachConcurrently(threads: threads) { result, fold in
      if fold != plan.fold {
        result = Result { () throws(DataError) in try predictions(fold: fold, folds, progress) }
      }
    }
    var all: [UnseenPrediction] = []
    for result in results { all += try result.get() }
    return all
  }

  private func predictions(
    fold: Int, _ folds: Folds, _ progress: (EnsembleTrainer.Progress) -> Bool
  ) throws(DataError) -> [UnseenPrediction] {
    let splits = (0..<plan.calibrationMemberCount).compactMap {
      folds.split(fold: fold, without: plan.fold, member: $0)
    }
    // Networks are counted on from the members, the test fold left out.
    let place = (fold - plan.fold + folds.count) % folds.count - 1
    let first = plan.memberCount + place * plan.calibrationMemberCount
    // Far from the streams of the members, which a model must not change with.
    let seeds = splits.indices.map { member in
      SeededGenerator(seed: plan.configuration.seed).seed(
        ofStream: UInt64(1000 + 64 * fold + member))
    }
    return try FoldTrial(dataset: dataset, configuration: plan.configuration, views: views)
      .predictions(of: fold, splits, seeds: seeds) { member, report in
        progress(
          EnsembleTrainer.Progress(
            member: first + member, purpose: .calibration,
            maximumEpochs: plan.configuration.maximumEpochs, report: report))
      }
  }
}
