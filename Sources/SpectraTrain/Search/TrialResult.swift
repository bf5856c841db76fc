import SpectraInfer

/// How a trial went.
public struct TrialResult: Sendable, Equatable {
  /// What was trained.
  public let trial: SearchTrial
  /// The epoch with the lowest error on the validation fold, from 1: the network that is scored.
  public let bestEpoch: Int
  /// Number of epochs trained.
  public let epochs: Int
  /// Time that it took, seconds; the one number of a result that is not reproducible.
  public let seconds: Double
  /// For each property, the mean absolute error on the scored fold over that of predicting the
  /// mean; not finite where training diverged.
  public let ratios: [Double]

  /// A result.
  public init(trial: SearchTrial, bestEpoch: Int, epochs: Int, seconds: Double, ratios: [Double]) {
    precondition(ratios.count == MaterialProperty.allCases.count, "Each property has a ratio.")
    self.trial = trial
    self.bestEpoch = bestEpoch
    self.epochs = epochs
    self.seconds = seconds
    self.ratios = ratios
  }

  /// The mean of the ratios: 1 is as good as predicting the mean, 0 is perfect.
  public var score: Double { ratios.reduce(0, +) / Double(ratios.count) }
}
