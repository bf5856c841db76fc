import SpectraIO
import SpectraInfer

/// Networks that are trained without a fold, and what they say of its spectra together.
struct FoldTrial: Sendable {
  private let dataset: Dataset
  private let configuration: TrainingConfiguration
  private let views: AugmentedViews?

  /// A trial with networks of this configuration, whose seed is replaced by that of each network.
  ///
  /// - Parameter views: the dataset's, where the networks learn from simulated measurements.
  init(dataset: Dataset, configuration: TrainingConfiguration, views: AugmentedViews?) {
    self.dataset = dataset
    self.configuration = configuration
    self.views = views
  }

  /// Trains a network on each split, and predicts the test part, which is the same in all.
  ///
  /// - Parameters:
  ///   - fold: the number of the fold that is predicted.
  ///   - seeds: of the networks, one for each split.
  ///   - progress: is told of each epoch with the index of the network; returns false to stop.
  /// - Returns: a prediction for each row of the test part; of no use where it was stopped.
  /// - Throws: `DataError` where training diverges.
  func predictions(
    of fold: Int, _ splits: [Split], seeds: [UInt64],
    progress: (_ network: Int, EpochReport) -> Bool
  ) throws(DataError) -> [UnseenPrediction] {
    guard let tested = splits.first?.test, !tested.isEmpty else { return [] }
    // In the order of the rows: sums, and so the scaling, then are those of a model's.
    let known = (splits[0].training + splits[0].validation).sorted()
    let scaled = ScaledSamples(dataset, views, fittedTo: known)
    var predicted: [Matrix] = []
    for (network, split) in splits.enumerated() {
      var configuration = configuration
      configuration.seed = seeds[network]
      var isStopped = false
      let trained = Trainer(configuration: configuration).train(
        training: scaled.views.selecting(split.training),
        validation: scaled.views.selecting(
          split.validation, views: EnsembleTrainer.validationViews)
      ) {
        isStopped = !progress(network, $0)
        return !isStopped
      }
      guard isStopped || !trained.validationError.isNaN else {
        throw DataError(
          "the training of a network without fold \(fold + 1) diverged; use a smaller learning rate"
        )
      }
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
