import Foundation
import SpectraIO
import SpectraInfer

/// The points of a grid by their scores, the best first.
public struct SearchRanking: Sendable {
  /// A point with what its trials say of it.
  public struct Entry: Sendable {
    /// The point.
    public let point: GridPoint
    /// Weights and biases of its network.
    public let parameterCount: Int
    /// Mean score over the folds; not finite where training diverged in one.
    public let mean: Double
    /// Standard deviation (n - 1) of the score over the folds.
    public let spread: Double
    /// Mean over the folds of each property's ratio.
    public let ratios: [Double]
    /// Mean over the folds of the best epoch.
    public let bestEpoch: Double

    /// Standard error of the mean, without the part of the spread that all points share.
    ///
    /// Some folds are harder than others, for every point alike, which says nothing of how points
    /// compare. So the mean over the n points is taken off in each fold, as in a two-way analysis of
    /// variance; the residual is divided by sqrt(1 - 1/n), as the point itself is part of the mean.
    /// Of a single point it is 0.
    public let standardError: Double
  }

  /// All points.
  public let entries: [Entry]

  /// Ranks the points of a grid; of equals, the smaller one and then the earlier one comes first.
  ///
  /// - Parameter results: has every trial of the grid.
  public init(
    _ grid: SearchGrid, inputs: Int, results: [SearchTrial: TrialResult]
  ) {
    let trials = grid.points.map { point in
      let own = (0..<SearchFolds.count).compactMap { results[SearchTrial(point: point, fold: $0)] }
      precondition(own.count == SearchFolds.count, "A point is ranked by all of its folds.")
      return own
    }
    let finite = trials.filter { $0.allSatisfy { $0.score.isFinite } }
    let count = Double(finite.count)
    let foldMeans = (0..<SearchFolds.count).map { fold in
      finite.reduce(0) { $0 + $1[fold].score } / count
    }
    let share = finite.count > 1 ? (1 - 1 / count).squareRoot() : 1
    let entries = zip(grid.points, trials).map { point, trials in
      let residuals = zip(trials, foldMeans).map { ($0.score - $1) / share }
      return Entry(
        point, parameterCount: point.parameterCount(inputs: inputs), trials, residuals: residuals)
    }
    func key(_ entry: (offset: Int, element: Entry)) -> (Double, Int, Int) {
      let mean = entry.element.mean
      return (mean.isFinite ? mean : .infinity, entry.element.parameterCount, entry.offset)
    }
    self.entries = entries.enumerated().sorted { key($0) < key($1) }.map(\.element)
  }

  /// The point with the lowest mean score; nil where training diverged at every one.
  public var best: Entry? { entries.first.flatMap { $0.mean.isFinite ? $0 : nil } }

  /// The smallest network within one standard error of the best one (Breiman, Friedman, Olshen and
  /// Stone, Classification and Regression Trees, 1984, section 3.4.3); of equally small ones the
  /// best.
  public var simplest: Entry? {
    guard let best else { return nil }
    let limit = best.mean + best.standardError
    return entries.filter { $0.mean <= limit }.min { $0.parameterCount < $1.parameterCount }
  }
}

extension SearchRanking {
  /// The entries as a CSV table; the same results give the same bytes.
  public var csv: String {
    var table = CSVText(
      columns: ["layers", "nodes", "l2", "weight_decay", "learning_rate", "parameters"]
        + ["score", "spread", "best_epoch"] + MaterialProperty.allCases.map { "\($0.name)" })
    for entry in entries {
      let point = entry.point
      table.add(
        [.whole(point.layers), .whole(point.nodes), .number(point.l2), .number(point.weightDecay)]
          + [.number(point.learningRate), .whole(entry.parameterCount), .number(entry.mean)]
          + [.number(entry.spread), .number(entry.bestEpoch)]
          + entry.ratios.map { .number($0) })
    }
    return table.text
  }
}

extension SearchRanking.Entry {
  init(
    _ point: GridPoint, parameterCount: Int, _ trials: [TrialResult], residuals: [Double]
  ) {
    let count = Double(trials.count)
    self.point = point
    self.parameterCount = parameterCount
    mean = trials.reduce(0) { $0 + $1.score } / count
    spread = Self.deviation(trials.map(\.score))
    standardError = Self.deviation(residuals) / count.squareRoot()
    ratios = MaterialProperty.allCases.map { property in
      trials.reduce(0) { $0 + $1.ratios[property.rawValue] } / count
    }
    bestEpoch = Double(trials.reduce(0) { $0 + $1.bestEpoch }) / count
  }
  /// Standard deviation (n - 1).
  private static func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }
}
