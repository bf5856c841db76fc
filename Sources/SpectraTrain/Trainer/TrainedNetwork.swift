/// What training gave.
public struct TrainedNetwork: Sendable, Equatable {
  /// The network of the epoch with the lowest validation error, or of the last epoch where there
  /// were no validation samples.
  public let network: FeedForwardNetwork
  /// That epoch, from 1.
  public let bestEpoch: Int
  /// Its validation error; NaN where there were no validation samples.
  public let validationError: Double
  /// All epochs.
  public let history: [EpochReport]
}
