package import SpectraIO
import SpectraInfer

/// Teaches a network to tell the spectra of a dataset from other edges, and learns from networks that
/// have not seen some materials what it says of these.
///
/// Outlier exposure (Hendrycks, Mazeika and Dietterich, ICLR 2019): as many `ForeignEdges` as
/// `SpectrumVariants`, and the cross entropy of the two kinds. The output is the logarithm of the odds
/// that an edge is foreign.
package struct DomainTrainer: Sendable {
  // Networks that have not seen a part of the folds, beside the one that has seen all.
  static let partCount = 5
  /// Networks that are trained.
  static let networkCount = partCount + 1
  // Far from the streams of the other networks.
  private static let firstStream: UInt64 = 5000

  private let dataset: Dataset
  private let plan: TrainingPlan
  private let training: DomainTraining

  /// A trainer for the models of `plan` on `dataset`.
  package init(dataset: Dataset, plan: TrainingPlan, training: DomainTraining) {
    self.dataset = dataset
    self.plan = plan
    self.training = training
  }

  /// Trains all networks.
  ///
  /// - Parameters:
  ///   - seen: rows that are not of the test part.
  ///   - progress: is told of each epoch of each network; returns false to stop.
  /// - Returns: the network that has seen all of `seen`, and the level; of no use where it was stopped.
  /// - Throws: `DataError` where training diverges.
  package func train(
    seen: [Int], threads: Int, progress: @escaping @Sendable (EnsembleTrainer.Progress) -> Bool
  ) throws(DataError) -> ModelDocument.Domain {
    let generator = SeededGenerator(seed: plan.configuration.seed)
    let foreign = ForeignEdges(
      count: training.edgeCount, seed: generator.seed(ofStream: Self.firstStream)
    ).features(by: plan.preprocessor)
    // Of each part a network must know something beside it. The last one has seen all.
    let unseen = parts().filter { part in !Set(seen).subtracting(part).isEmpty } + [[]]
    var outcomes = [Outcome?](repeating: nil, count: unseen.count)
    outcomes.forEachConcurrently(threads: threads) { outcome, index in
      let known = Set(unseen[index])
      outcome = network(
        index, knowing: seen.filter { !known.contains($0) }, foreign, scoring: unseen[index]
      ) { report in
        progress(
          EnsembleTrainer.Progress(
            member: plan.networkCount - Self.networkCount + index, purpose: .domain,
            maximumEpochs: training.epochs, report: report))
      }
    }
    let all = outcomes.compactMap { $0 }
    guard let last = all.last, all.allSatisfy(\.isFinite) else {
      throw DataError(
        "the training of the reference domain diverged; try another seed, or no foreign edges")
    }
    let scores = Dictionary(
      uniqueKeysWithValues: zip(unseen, all).flatMap { rows, outcome in zip(rows, outcome.scores) })
    guard let level = try level(scores, seen: seen) else {
      throw DataError(
        "too few materials to learn what is unlike them; use more, or no foreign edges")
    }
    return ModelDocument.Domain(level: level, members: [ModelDocument.Member(last.network)])
  }

  private struct Outcome: Sendable {
    var network: FeedForwardNetwork
    /// What it says of the rows that it has not seen.
    var scores: [Double]

    var isFinite: Bool {
      scores.allSatisfy(\.isFinite)
        && network.layers.allSatisfy { layer in
          layer.weights.allSatisfy(\.isFinite) && layer.bias.allSatisfy(\.isFinite)
        }
    }
  }

  /// The rows of all folds but the test part, dealt to some parts.
  private func parts() -> [[Int]] {
    let folds = plan.folds(of: dataset)
    let others = (1..<folds.count).map { folds.spectra(of: (plan.fold + $0) % folds.count) }
    return (0..<Self.partCount).map { part in
      others.indices.filter { $0 % Self.partCount == part }.flatMap { others[$0] }
    }
  }

  private func network(
    _ index: Int, knowing rows: [Int], _ foreign: Matrix, scoring unseen: [Int],
    progress: (EpochReport) -> Bool
  ) -> Outcome {
    let generator = SeededGenerator(seed: plan.configuration.seed)
    let own = dataset.features.selecting(rows: rows)
    // As the model's features are scaled, whose rows the last network knows.
    let scaling = ScaledSamples.featureScaling(dataset.features, fittedTo: rows)
    var stream = generator.stream(Self.firstStream + 100 + UInt64(index))
    let variants = SpectrumVariants(training, gridStep: plan.preprocessor.grid.step)
      .draw(foreign.rows, of: own, generator: &stream)
    let shown = Matrix(
      rows: 2 * foreign.rows, columns: foreign.columns,
      values: (variants.values + foreign.values))
    let kinds =
      Array(repeating: Float(0), count: variants.rows)
      + Array(repeating: Float(1), count: foreign.rows)
    let trained = Trainer(
      configuration: training.configuration(
        seed: generator.seed(ofStream: Self.firstStream + 200 + UInt64(index))),
      loss: .crossEntropy
    ).train(
      training: Samples(
        features: scaling.apply(to: shown),
        targets: Matrix(rows: kinds.count, columns: 1, values: kinds)),
      validation: Samples(
        features: Matrix(rows: 0, columns: foreign.columns), targets: Matrix(rows: 0, columns: 1)),
      epochFinished: progress)
    let scores = trained.network.predict(
      scaling.apply(to: dataset.features.selecting(rows: unseen)))
    return Outcome(network: trained.network, scores: scores.values.map { Double($0) })
  }

  /// The level above which an output flags: together with the other signs, distance and shape, it flags
  /// the stated share of the unseen rows; nil where there are none.
  private func level(_ scores: [Int: Double], seen: [Int]) throws(DataError) -> Double? {
    let shapes: Matrix
    do throws(SpectraError) {
      shapes = try self.shapes()
    } catch {
      throw DataError("the shapes of the spectra cannot be computed: \(error)")
    }
    let signs = [
      (spectra: dataset.features, percent: CalibrationFit.flagPercent),
      (spectra: shapes, percent: Int((100 * ReferenceShapes.quantile.besideNetworks).rounded())),
    ]
    var near = seen
    for sign in signs {
      let distances = CalibrationFit.distancesToOtherGroups(of: seen, in: dataset, by: sign.spectra)
      let limit = CalibrationFit.percentiles(of: distances.sorted())[sign.percent]
      let far = Set(zip(seen, distances).filter { $0.1 > limit }.map(\.0))
      near.removeAll { far.contains($0) }
    }
    let others = near.compactMap { scores[$0] }.sorted(by: >)
    let flagged = seen.count - near.count
    let allowed = Int(training.flaggedShare * Double(seen.count)) - flagged
    return others.isEmpty ? nil : others[min(max(allowed, 0), others.count - 1)]
  }

  /// What is left of the spectra when they are smoothed, as the library compares them.
  private func shapes() throws(SpectraError) -> Matrix {
    let smoothing = try ShapeSmoothing(
      featureCount: dataset.features.columns, gridStep: plan.preprocessor.grid.step)
    var values: [Float] = []
    for row in 0..<dataset.count {
      values += try smoothing.shape(Array(dataset.features.row(row)).span)
    }
    return Matrix(rows: dataset.count, columns: smoothing.pointCount, values: values)
  }
}
