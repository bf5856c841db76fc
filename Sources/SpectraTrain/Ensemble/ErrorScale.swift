internal import CKernels

/// The size of an error that a prediction tells: sqrt(base^2 + (spreadWeight spread)^2 +
/// (noveltyWeight distance)^2), as in the model file.
package struct ErrorScale: Sendable, Equatable {
  /// What is there in any case, in the property's unit.
  package var base: Double
  /// Weight of the standard deviation of the members.
  package var spreadWeight: Double
  /// Weight of the distance to the nearest reference, in the property's unit.
  package var noveltyWeight: Double

  /// An error, and what is known of its size beforehand.
  package struct Residual: Sendable, Equatable {
    /// Magnitude of the error.
    package var magnitude: Double
    package var spread: Double
    package var distance: Double

    package init(magnitude: Double, spread: Double, distance: Double) {
      self.magnitude = magnitude
      self.spread = spread
      self.distance = distance
    }
  }

  // Weights need data: with fewer residuals than this there is only the base.
  private static let countForWeights = 30
  // Contributions to the square of the scale over that of the base, at the median.
  private static let spreadRatios = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3]
  private static let noveltyRatios = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 10]

  /// The size for a spectrum.
  package func scale(spread: Double, distance: Double) -> Double {
    let (fromSpread, fromNovelty) = (spreadWeight * spread, noveltyWeight * distance)
    return (base * base + fromSpread * fromSpread + fromNovelty * fromNovelty).squareRoot()
  }

  /// The scale that makes the errors most likely if error over scale has a Laplace distribution,
  /// whose likelihood a few large errors do not decide: the least mean of log(scale) at a mean
  /// ratio of 1. Base is then chosen anew, such that the mean square of error over scale is 1.
  ///
  /// - Complexity: O(88 x residuals).
  package init(fittedTo residuals: [Residual]) {
    let spread = Self.median(residuals.map(\.spread))
    let distance = Self.median(residuals.map(\.distance))
    let isEnough = residuals.count >= Self.countForWeights
    var best = (cost: Double.infinity, spread: 0.0, novelty: 0.0)
    for spreadRatio in isEnough && spread > 0 ? Self.spreadRatios : [0] {
      for noveltyRatio in isEnough && distance > 0 ? Self.noveltyRatios : [0] {
        let trial = ErrorScale(
          base: 1, spreadWeight: spread > 0 ? spreadRatio / spread : 0,
          noveltyWeight: distance > 0 ? noveltyRatio / distance : 0)
        var (ratios, logarithms) = (0.0, 0.0)
        for residual in residuals {
          let scale = trial.scale(spread: residual.spread, distance: residual.distance)
          ratios += residual.magnitude / scale
          logarithms += log(scale)
        }
        let count = Double(residuals.count)
        let cost = log(ratios / count) + logarithms / count
        if cost < best.cost { best = (cost, trial.spreadWeight, trial.noveltyWeight) }
      }
    }
    self.init(base: 1, spreadWeight: best.spread, noveltyWeight: best.novelty)
    let squares = residuals.reduce(0) { sum, residual in
      let ratio =
        residual.magnitude / scale(spread: residual.spread, distance: residual.distance)
      return sum + ratio * ratio
    }
    // Without any error there is still a base to divide by.
    base = max(1e-9, (squares / Double(max(1, residuals.count))).squareRoot())
    spreadWeight *= base
    noveltyWeight *= base
  }

  /// The scale of these numbers.
  init(base: Double, spreadWeight: Double, noveltyWeight: Double) {
    self.base = base
    self.spreadWeight = spreadWeight
    self.noveltyWeight = noveltyWeight
  }

  private static func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }
}
