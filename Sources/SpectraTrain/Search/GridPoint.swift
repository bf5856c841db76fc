import SpectraInfer

/// One choice of the hyperparameters that a grid search compares.
public struct GridPoint: Sendable, Hashable {
  /// Number of hidden layers.
  public let layers: Int
  /// Width of each hidden layer.
  public let nodes: Int
  /// Strength of the L2 regularisation of the weights.
  public let l2: Double
  /// Strength of the decoupled decay of the weights (AdamW).
  public let weightDecay: Double
  /// Step size of Adam.
  public let learningRate: Double

  /// A point; values are checked by `SearchGrid.problem`.
  public init(
    layers: Int, nodes: Int, l2: Double = 0, weightDecay: Double = 0, learningRate: Double
  ) {
    self.layers = layers
    self.nodes = nodes
    self.l2 = l2
    self.weightDecay = weightDecay
    self.learningRate = learningRate
  }

  /// Width of each hidden layer, as a training configuration has them.
  public var hidden: [Int] { Array(repeating: nodes, count: layers) }

  /// Weights and biases of the network from `inputs` features to the six properties.
  public func parameterCount(inputs: Int) -> Int {
    let widths = [inputs] + hidden + [MaterialProperty.allCases.count]
    return zip(widths, widths.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
  }

  /// How a network of this point is trained; everything that the grid does not vary is of `base`.
  public func configuration(from base: TrainingConfiguration) -> TrainingConfiguration {
    var configuration = base
    configuration.hidden = hidden
    configuration.l2 = l2
    configuration.weightDecay = weightDecay
    configuration.learningRate = learningRate
    return configuration
  }
}
