/// How one epoch of training went. Errors are mean losses, those of the properties mean absolute errors
/// of the scaled targets.
public struct EpochReport: Sendable, Equatable {
  /// Number of the epoch, from 1.
  public let epoch: Int
  /// Step size that the epoch was trained with.
  public let learningRate: Double
  /// Error over the batches of the epoch, each before its step, with dropout and noise.
  public let trainingError: Double
  /// Error on the validation samples after the epoch; NaN where there are none.
  public let validationError: Double
  /// Whether this is the lowest validation error so far.
  public let isBest: Bool
}
