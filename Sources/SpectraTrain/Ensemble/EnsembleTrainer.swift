import SpectraIO
import SpectraInfer
import Synchronization

/// Trains the members of an ensemble, each with a validation fold of its own, and puts the model
/// together.
///
/// Members are independent and may be trained at once; the result does not depend on how many are.
public struct EnsembleTrainer: Sendable {
  /// How far the training of one member is.
  public struct Progress: Sendable {
    /// What a network is trained for.
    public enum Purpose: Sendable {
      /// It is a member of the ensemble.
      case member
      /// The calibration learns from it how large errors are.
      case calibration
      /// It tells spectra of the dataset from other edges, or its level is learned from it.
      case domain
    }

    /// Index of the network: the members come first.
    public let member: Int
    /// What it is for.
    public let purpose: Purpose
    /// Epochs after which its training ends at the latest.
    public let maximumEpochs: Int
    /// Its last epoch.
    public let report: EpochReport
  }

  /// The data.
  public let dataset: Dataset
  /// What to train.
  public let plan: TrainingPlan

  private let views: AugmentedViews?
  // Measurements of each validation spectrum that choose the epoch.
  static let validationViews = 8

  /// A trainer of `plan` on `dataset`, which was prepared by the plan's recipe.
  ///
  /// - Parameter views: the dataset's, by the plan's augmentation, where several trainers share
  ///   them; nil: they are made where the plan has an augmentation.
  public init(dataset: Dataset, plan: TrainingPlan, views: AugmentedViews? = nil) {
    precondition(dataset.preprocessor == plan.preprocessor, "One recipe for data and model.")
    self.dataset = dataset
    self.plan = plan
    self.views = views ?? plan.augmentation.map { AugmentedViews(dataset, $0) }
  }

  /// The rows of the test part.
  public var testRows: [Int] { plan.folds(of: dataset).split(fold: plan.fold).test }

  /// Trains all members and returns the model document, its test errors not yet in the card.
  ///
  /// - Parameters:
  ///   - threads: how many members are trained at once, at most; never more than there are
  ///     processors.
  ///   - progress: is told of each epoch of each member, from several threads; returns false to
  ///     stop.
  /// - Throws: `DataError` where a part of the split is empty or has no value of a property, where
  ///   training diverges, or where it was stopped.
  public func train(
    threads: Int = .max, progress: @escaping @Sendable (Progress) -> Bool = { _ in true }
  ) throws -> ModelDocument {
    let folds = plan.folds(of: dataset)
    let test = Set(folds.split(fold: plan.fold).test)
    let seen = (0..<dataset.count).filter { !test.contains($0) }
    let splits = (0..<plan.memberCount).map { folds.split(fold: plan.fold, member: $0) }
    try check(splits, seen: seen)
    let scaled = ScaledSamples(dataset, views, fittedTo: seen)

    var trained = [TrainedNetwork?](repeating: nil, count: plan.memberCount)
    let isStopped = Mutex(false)
    trained.forEachConcurrently(threads: threads) { network, member in
      var configuration = plan.configuration
      configuration.seed = SeededGenerator(seed: configuration.seed).seed(ofStream: UInt64(member))
      network = Trainer(configuration: configuration).train(
        training: scaled.views.selecting(splits[member].training),
        validation: scaled.views.selecting(
          splits[member].validation, views: Self.validationViews)
      ) { report in
        let goesOn = progress(
          Progress(
            member: member, purpose: .member, maximumEpochs: configuration.maximumEpochs,
            report: report))
        if !goesOn { isStopped.withLock { $0 = true } }
        return goesOn
      }
    }
    if isStopped.withLock({ $0 }) { throw DataError("training was stopped; no model was written") }
    let networks = trained.compactMap { $0 }
    for (member, network) in networks.enumerated() where network.validationError.isNaN {
      throw DataError(
        "the training of member \(member + 1) diverged; use a smaller learning rate")
    }
    let watched: @Sendable (Progress) -> Bool = { report in
      let goesOn = progress(report)
      if !goesOn { isStopped.withLock { $0 = true } }
      return goesOn
    }
    let calibration = try calibration(
      scaled, seen: seen, splits: splits, networks: networks, threads: threads, progress: watched)
    if isStopped.withLock({ $0 }) { throw DataError("training was stopped; no model was written") }
    let domain = try plan.domain.map { training in
      try DomainTrainer(dataset: dataset, plan: plan, training: training)
        .train(seen: seen, threads: threads, progress: watched)
    }
    if isStopped.withLock({ $0 }) { throw DataError("training was stopped; no model was written") }
    return ModelAssembly(
      dataset: dataset, plan: plan, scaled: scaled, seen: seen, networks: networks,
      calibration: calibration, domain: domain
    ).document
  }

  /// Learns how large errors are on spectra that networks have not seen.
  private func calibration(
    _ scaled: ScaledSamples, seen: [Int], splits: [Split], networks: [TrainedNetwork], threads: Int,
    progress: @escaping @Sendable (Progress) -> Bool
  ) throws -> CalibrationFit {
    let unseen: [UnseenPrediction]
    if plan.calibrationMemberCount > 0 {
      unseen = try CrossFit(dataset: dataset, plan: plan, views: views)
        .predictions(threads: threads, progress: progress)
    } else {
      unseen = validated(scaled, seen: seen, splits: splits, networks: networks)
    }
    let fit = CalibrationFit(dataset: dataset, seen: seen, unseen: unseen)
    for property in MaterialProperty.allCases where fit.residuals(property).isEmpty {
      throw DataError(
        "no value of \(property.name) is left to learn errors from; use more materials")
    }
    return fit
  }

  /// What each member says of its own validation part.
  private func validated(
    _ scaled: ScaledSamples, seen: [Int], splits: [Split], networks: [TrainedNetwork]
  ) -> [UnseenPrediction] {
    let predicted = networks.map { $0.network.predict(scaled.samples.features) }
    return splits.indices.flatMap { member in
      let known = Set(splits[member].training)
      return splits[member].validation.map { row in
        let distance = known.map { dataset.features.distance(row, $0) }.min() ?? 0
        // The others have seen the row, so that their spread says nothing here.
        return UnseenPrediction(
          row: row, fold: member, distance: distance, expected: dataset.sites[row].properties,
          members: [predicted[member]], scaling: scaled.targetScaling)
      }
    }
  }

  private func check(_ splits: [Split], seen: [Int]) throws {
    for split in splits
    where split.training.isEmpty || split.validation.isEmpty || split.test.isEmpty {
      throw DataError(
        "the split leaves a part empty; use more materials, or split by spectrum")
    }
    // Novelty is told by the distances between groups.
    guard Set(seen.map { dataset.sites[$0].group }).count > 1 else {
      throw DataError("all spectra to learn from are of one group; use more materials")
    }
    // Without a value to learn from, or to learn errors from, a prediction would be made up.
    for property in MaterialProperty.allCases {
      func knows(_ row: Int) -> Bool { !dataset.sites[row].properties[property].isNaN }
      let isLearned = splits.allSatisfy { $0.training.contains(where: knows) }
      guard isLearned, splits.contains(where: { $0.validation.contains(where: knows) }) else {
        throw DataError(
          "a training or validation part has no value of \(property.name); use more materials")
      }
    }
  }
}
