import SpectraIO
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
  package func predictions(
    threads: Int,
    progress: @escaping @Sendable (EnsembleTrainer.Progress) -> Bool = { _ in true }
  ) -> [UnseenPrediction] {
    let folds = plan.folds(of: dataset)
    var results = [[UnseenPrediction]](repeating: [], count: folds.count)
    results.forEachConcurrently(threads: threads) { result, fold in
      if fold != plan.fold {
        result = predictions(fold: fold, folds, progress)
      }
    }
    return results.flatMap { $0 }
  }

  private func predictions(
    fold: Int, _ folds: Folds, _ progress: (EnsembleTrainer.Progress) -> Bool
  ) -> [UnseenPrediction] {
    let splits = (0..<plan.calibrationMemberCount).compactMap {
      folds.split(fold: fold, without: plan.fold, member: $0)
    }
    guard let tested = splits.first?.test, !tested.isEmpty else { return [] }
    let known = splits[0].training + splits[0].validation
    let scaled = ScaledSamples(dataset, views, fittedTo: known)
    // Networks are counted on from the members, the test fold left out.
    let place = (fold - plan.fold + folds.count) % folds.count - 1
    var predicted: [Matrix] = []
    for (member, split) in splits.enumerated() {
      let index = plan.memberCount + place * plan.calibrationMemberCount + member
      var configuration = plan.configuration
      // Far from the streams of the members, which a model must not change with.
      var seeds = SeededGenerator(seed: configuration.seed).stream(
        UInt64(1000 + 64 * fold + member))
      configuration.seed = seeds.next()
      let trained = Trainer(configuration: configuration).train(
        training: scaled.views.selecting(split.training),
        validation: scaled.views.selecting(
          split.validation, views: EnsembleTrainer.validationViews)
      ) { progress(EnsembleTrainer.Progress(member: index, report: $0)) }
      predicted.append(trained.network.predict(scaled.samples.features))
    }
    let learned = MaterialProperty.allCases.filter { property in
      splits.allSatisfy { split in
        split.training.contains { !dataset.sites[$0].properties[property].isNaN }
      }
    }
    return tested.map { row in
      let distance = known.map { dataset.features.distance(row, $0) }.min() ?? 0
      var expected = PropertyValues(repeating: .nan)
      for property in learned { expected[property] = dataset.sites[row].properties[property] }
      return UnseenPrediction(
        row: row, fold: fold, distance: distance, expected: expected, members: predicted,
        scaling: scaled.targetScaling)
    }
  }
}
