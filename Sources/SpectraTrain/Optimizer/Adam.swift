package import CKernels

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
/// neither. A first moment below the smallest normal number becomes zero (see `spectra_kernel_adam`).
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

  /// What the steps are computed on; the bits are the same with each kernel.
  package var kernel = spectra_kernel_best()

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
    let weightStep = Step(
      numbers: numbers(l2: l2, kept: 1 - learningRate * weightDecay), kernel: kernel)
    let biasStep = Step(numbers: numbers(l2: 0, kept: 1), kernel: kernel)
    for index in gradient.indices {
      weightStep.apply(
        to: &network.layers[index].weights, along: gradient[index].weights,
        &firstMoments[index].weights, &secondMoments[index].weights)
      biasStep.apply(
        to: &network.layers[index].bias, along: gradient[index].bias,
        &firstMoments[index].bias, &secondMoments[index].bias)
    }
  }

  private func numbers(l2: Double, kept: Double) -> spectra_adam_step {
    spectra_adam_step(
      beta1: Float(beta1), new_weight1: Float(1 - beta1),
      beta2: Float(beta2), new_weight2: Float(1 - beta2),
      correction1: Float(1 / (1 - beta1Power)), correction2: Float(1 / (1 - beta2Power)),
      learning_rate: Float(learningRate), epsilon: Float(epsilon), l2: Float(l2), kept: Float(kept))
  }
}

extension Adam {
  /// One step; a value apart, so that the moments are changed where they are and not in a copy.
  private struct Step {
    let numbers: spectra_adam_step
    let kernel: spectra_kernel

    func apply(
      to parameters: inout [Float], along gradient: [Float],
      _ firstMoments: inout [Float], _ secondMoments: inout [Float]
    ) {
      let count = parameters.count
      precondition(
        gradient.count == count && firstMoments.count == count && secondMoments.count == count,
        "The gradient and the optimizer must have the shape of the network.")
      unsafe withUnsafePointer(to: numbers) {
        unsafe spectra_kernel_adam(
          kernel, $0, count, &parameters, gradient, &firstMoments, &secondMoments)
      }
    }
  }
}
