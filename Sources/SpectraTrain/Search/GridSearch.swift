import Dispatch
import SpectraInfer
import Synchronization

/// The grid search of Kiyohara et al. 2019 (section 2.4): every point of a grid is trained on each
/// of five folds, one network a trial.
///
/// Trials are independent: the score of one depends on its point, its fold, the data and the seed,
/// but not on the other points, on the number of threads, or on what a search that was interrupted
/// had done before.
public struct GridSearch: Sendable {
  /// How far a search is.
  public struct Progress: Sendable {
    /// Trials that are done, those of earlier runs included.
    public let finished: Int
    /// All trials.
    public let total: Int
    /// Share of the arithmetic that is done, 0 to 1.
    public let fraction: Double
    /// The point that made this progress; nil before the first.
    public let point: GridPoint?
  }

  /// The points to compare.
  public let grid: SearchGrid
  private let base: TrainingConfiguration
  private let folds: SearchFolds

  /// A search.
  ///
  /// - Parameter base: what the points do not say of a training, and the seed of all trials.
  public init(grid: SearchGrid, base: TrainingConfiguration, folds: SearchFolds) {
    precondition(grid.problem(with: base) == nil, "The grid has a problem.")
    self.grid = grid
    self.base = base
    self.folds = folds
  }

  /// Every trial: the folds of the first point, of the second one, ...
  public var trials: [SearchTrial] {
    grid.points.flatMap { point in
      (0..<SearchFolds.count).map { SearchTrial(point: point, fold: $0) }
    }
  }

  /// Runs the trials that `log` does not have, the largest networks first, so that all threads end
  /// together; adds each to the log as it is done.
  ///
  /// - Parameters:
  ///   - threads: trials at once, at least one; more than the processor has cores is no faster.
  ///   - progress: is told of the state at first and after each epoch, from several threads; returns
  ///     false to stop. Trials under way are then lost.
  /// - Returns: whether all trials are done.
  /// - Throws: `DataError` where the log cannot be written.
  public func run(
    log: SearchLog, threads: Int, progress: @escaping @Sendable (Progress) -> Bool = { _ in true }
  ) throws -> Bool {
    precondition(threads > 0, "A search needs a thread.")
    let done = log.results
    let queue = SearchQueue(trials, isDone: { done[$0] != nil }, cost: cost)
    guard progress(queue.progress) else { return queue.isEmpty }
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while let trial = queue.next() {
        let result = run(trial) { epoch in
          let share = Double(epoch) / Double(base.maximumEpochs)
          return progress(queue.advance(trial, to: share))
        } isStopped: {
          queue.isStopped
        }
        guard let result else { return queue.stop() }
        do {
          try log.append(result)
        } catch {
          return queue.stop(error)
        }
        if !progress(queue.finish(trial)) { return queue.stop() }
      }
    }
    if let error = queue.error { throw error }
    return queue.isEmpty
  }

  /// Runs one trial.
  ///
  /// - Parameter goesOn: is told of each epoch's number.
  /// - Returns: nil where it was stopped.
  private func run(
    _ trial: SearchTrial, goesOn: (Int) -> Bool, isStopped: () -> Bool
  ) -> TrialResult? {
    let clock = ContinuousClock()
    let started = clock.now
    var configuration = trial.point.configuration(from: base)
    configuration.seed = SeededGenerator(seed: base.seed).seed(ofStream: UInt64(trial.fold))
    let part = folds.parts[trial.fold]
    var wasStopped = false
    let trained = Trainer(configuration: configuration).train(
      training: part.training, validation: part.validation
    ) { report in
      wasStopped = isStopped() || !goesOn(report.epoch)
      return !wasStopped
    }
    if wasStopped { return nil }
    return TrialResult(
      trial: trial, bestEpoch: trained.bestEpoch, epochs: trained.history.count,
      seconds: (clock.now - started) / .seconds(1),
      ratios: Self.ratios(of: trained.network, on: part.scored))
  }

  /// For each property, the mean absolute error over that of predicting the mean, which is 0.
  private static func ratios(of network: FeedForwardNetwork, on scored: Samples) -> [Double] {
    let predicted = network.predict(scored.features)
    return MaterialProperty.allCases.map { property in
      let column = property.rawValue
      var (model, mean) = (0.0, 0.0)
      for row in 0..<scored.targets.rows {
        let expected = Double(scored.targets[row, column])
        if expected.isNaN { continue }
        model += (Double(predicted[row, column]) - expected).magnitude
        mean += expected.magnitude
      }
      return model / mean
    }
  }

  /// Time of a trial in an arbitrary unit: that of a step goes by the parameters, and some is
  /// needed whatever their number.
  private func cost(of trial: SearchTrial) -> Double {
    let part = folds.parts[trial.fold]
    let parameters = trial.point.parameterCount(inputs: part.training.features.columns)
    return Double(parameters + 20_000)
  }
}
