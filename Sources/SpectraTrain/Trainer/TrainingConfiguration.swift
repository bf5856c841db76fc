/// How a network is trained: everything that, with the samples, decides the bits of the result.
public struct TrainingConfiguration: Sendable, Equatable, Codable {
  /// Width of each hidden layer.
  public var hidden: [Int]
  /// Probability to drop a unit of a hidden layer other than the last one, 0 ..< 1.
  public var dropout: Double
  /// Step size of Adam.
  public var learningRate: Double
  /// Strength of the L2 regularisation of the weights.
  public var l2: Double
  /// Strength of the decoupled decay of the weights (AdamW).
  public var weightDecay: Double
  /// Samples a step.
  public var batchSize: Int
  /// Epochs after which training ends at the latest.
  public var maximumEpochs: Int
  /// Epochs without a better validation error after which training ends.
  public var patience: Int
  /// Whether the learning rate falls to zero at `maximumEpochs` along half a cosine.
  public var cosineDecay: Bool
  /// Decay of the exponential average of the weights that is validated and returned, 0 ..< 1; 0:
  /// none, the weights themselves.
  public var weightAveraging: Double
  /// Standard deviation of the Gaussian noise added to the features, fresh for each batch, in units
  /// of the scaled features; 0: none.
  public var featureNoise: Double
  /// What the initial weights, the order of the samples, the dropout and the noise come from.
  public var seed: UInt64

  /// A configuration. The seed has no default: a random number without a visible seed is no result.
  public init(
    hidden: [Int], dropout: Double = 0.5, learningRate: Double = 1e-3, l2: Double = 0,
    weightDecay: Double = 0,
    batchSize: Int = 32, maximumEpochs: Int = 500, patience: Int = 50, cosineDecay: Bool = false,
    weightAveraging: Double = 0, featureNoise: Double = 0, seed: UInt64
  ) {
    self.hidden = hidden
    self.dropout = dropout
    self.learningRate = learningRate
    self.l2 = l2
    self.weightDecay = weightDecay
    self.batchSize = batchSize
    self.maximumEpochs = maximumEpochs
    self.patience = patience
    self.cosineDecay = cosineDecay
    self.weightAveraging = weightAveraging
    self.featureNoise = featureNoise
    self.seed = seed
  }

  // As names are written in model files.
  private enum CodingKeys: String, CodingKey {
    case hidden
    case dropout
    case learningRate = "learning_rate"
    case l2
    case weightDecay = "weight_decay"
    case batchSize = "batch_size"
    case maximumEpochs = "maximum_epochs"
    case patience
    case cosineDecay = "cosine_decay"
    case weightAveraging = "weight_averaging"
    case featureNoise = "feature_noise"
    case seed
  }

  /// What is wrong with the configuration, in one sentence; nil where nothing is.
  public var problem: String? {
    let probability = 0.0..<1.0
    let rules: [(holds: Bool, sentence: String)] = [
      (hidden.allSatisfy { $0 > 0 }, "Every hidden layer needs at least one unit."),
      (probability.contains(dropout), "Dropout must lie in 0 ..< 1."),
      (learningRate > 0 && learningRate.isFinite, "The learning rate must be above zero."),
      (l2 >= 0 && l2.isFinite, "The L2 regularisation must not be negative."),
      (
        weightDecay >= 0 && weightDecay * learningRate < 1,
        "Weight decay must not be negative, nor reach one over the learning rate."
      ),
      (batchSize > 0, "A batch needs at least one sample."),
      (maximumEpochs > 0, "Training needs at least one epoch."),
      (patience > 0, "The patience must be at least one epoch."),
      (probability.contains(weightAveraging), "Weight averaging must lie in 0 ..< 1."),
      (featureNoise >= 0 && featureNoise.isFinite, "The feature noise must not be negative."),
    ]
    return rules.first { !$0.holds }?.sentence
  }
}
