import CKernels

/// Adam: gradient descent with a step of its own for each parameter.
///
/// Kingma and Ba, ICLR 2015, algorithm 1, for a parameter p with gradient g in step t:
///
///     m = beta1 m + (1 - beta1) g         v = beta2 v + (1 - beta2) g^2
///     p = p - learningRate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
///
/// L2 regularisation adds `l2` p to the gradient of a weight, as a term l2/2 |W|^2 of the loss
/// does. Decoupled weight decay (Loshchilov and Hutter, ICLR 2019, algorithm 2) instead takes
/// learningRate weightDecay p from a weight in each step, apart from Adam's scale. Biases have
/// neither.
public struct Adam: Sendable {
  /// Step size, in units of the parameters; may change from step to step.
  public var learningRate: Double
  /// Strength of the L2 regularisation of the weights; 0 for none.
  public let l2: Double
  /// Strength of the decoupled decay of the weights; 0 for none.
  public let weightDecay: Double
  /// Decay of the first moment.
  public let beta1: Double
  /// Decay of the second moment.
  public let beta2: Double
  /// Keeps the step finite where the gradient vanishes.
  public let epsilon: Double

  private var beta1Power = 1.0
  private var beta2Power = 1.0
  private var firstMoments: [DenseParameters] = []
  private var secondMoments: [DenseParameters] = []

  /// An optimizer before its first step, with the constants of the paper.
  public init(
    learningRate: Double, l2: Double = 0, weightDecay: Double = 0, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double = 1e-8
  ) {
    precondition(
      learningRate >= 0 && l2 >= 0 && weightDecay >= 0,
      "Learning rate, L2 and weight decay are not negative.")
    self.learningRate = learningRate
    self.l2 = l2
    self.weightDecay = weightDecay
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  /// Takes one step. Every call must be about a network of the same shape.
  public mutating func update(
    _ network: inout FeedForwardNetwork, along gradient: FeedForwardNetwork.Gradient
  ) {
    if firstMoments.isEmpty {
      firstMoments = network.layers.map { DenseParameters(inputs: $0.inputs, outputs: $0.outputs) }
      secondMoments = firstMoments
    }
    precondition(
      gradient.count == network.layers.count && firstMoments.count == network.layers.count,
      "The gradient, the network and the optimizer must be about the same layers.")
    beta1Power *= beta1
    beta2Power *= beta2
    let step = Step(self)
    for index in gradient.indices {
      step.apply(
        to: &network.layers[index].weights, along: gradient[index].weights, l2: Float(l2),
        kept: Float(1 - learningRate * weightDecay),
        &firstMoments[index].weights, &secondMoments[index].weights)
      step.apply(
        to: &network.layers[index].bias, along: gradient[index].bias, l2: 0, kept: 1,
        &firstMoments[index].bias, &secondMoments[index].bias)
    }
  }
}

extension Adam {
  /// The numbers of one step that are the same for all parameters.
  private struct Step {
    let beta1, newWeight1, beta2, newWeight2, correction1, correction2: Float
    let learningRate, epsilon: Float

    init(_ adam: Adam) {
      beta1 = Float(adam.beta1)
      beta2 = Float(adam.beta2)
      newWeight1 = Float(1 - adam.beta1)
      newWeight2 = Float(1 - adam.beta2)
      correction1 = Float(1 / (1 - adam.beta1Power))
      correction2 = Float(1 / (1 - adam.beta2Power))
      learningRate = Float(adam.learningRate)
      epsilon = Float(adam.epsilon)
    }

    func apply(
      to parameters: inout [Float], along gradient: [Float], l2: Float, kept: Float,
      _ firstMoments: inout [Float], _ secondMoments: inout [Float]
    ) {
      let count = parameters.count
      precondition(
        gradient.count == count && firstMoments.count == count && secondMoments.count == count,
        "The gradient and the optimizer must have the shape of the network.")
      let gradient = gradient.span
      var parameters = parameters.mutableSpan
      var firstMoments = firstMoments.mutableSpan
      var secondMoments = secondMoments.mutableSpan
      for index in 0..<count {
        let slope = gradient[index] + l2 * parameters[index]
        let first = beta1 * firstMoments[index] + newWeight1 * slope
        let second = beta2 * secondMoments[index] + newWeight2 * (slope * slope)
        firstMoments[index] = first
        secondMoments[index] = second
        parameters[index] =
          kept * parameters[index] - learningRate * (first * correction1)
          / (spectra_square_root(second * correction2) + epsilon)
      }
    }
  }
}
