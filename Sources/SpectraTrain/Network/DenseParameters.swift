/// The parameters of one dense layer, y = W x + b, or anything of their shape (a gradient, a
/// moment).
public struct DenseParameters: Sendable, Equatable {
  /// Number of inputs, the length of x.
  public let inputs: Int
  /// Number of outputs, the length of y.
  public let outputs: Int
  /// W, `[outputs][inputs]` row-major, as in the model file.
  public internal(set) var weights: [Float]
  /// b, `[outputs]`.
  public internal(set) var bias: [Float]

  /// A layer of the given parameters: `weights` is `[outputs][inputs]` row-major, `bias` is
  /// `[outputs]`.
  public init(inputs: Int, outputs: Int, weights: [Float], bias: [Float]) {
    precondition(inputs > 0 && outputs > 0, "A layer needs inputs and outputs.")
    precondition(weights.count == inputs * outputs, "A layer needs outputs x inputs weights.")
    precondition(bias.count == outputs, "A layer needs one bias for each output.")
    self.inputs = inputs
    self.outputs = outputs
    self.weights = weights
    self.bias = bias
  }

  /// A layer of zeros.
  public init(inputs: Int, outputs: Int) {
    self.init(
      inputs: inputs, outputs: outputs,
      weights: Array(repeating: 0, count: inputs * outputs),
      bias: Array(repeating: 0, count: outputs))
  }

  /// A layer of random weights and no bias.
  ///
  /// The weights are normal with mean 0 and variance `gain / inputs`. A gain of 2 keeps the mean
  /// square of the signal through a rectifier, 1 through a linear layer: He et al., ICCV 2015,
  /// equations 10 and 7.
  init(inputs: Int, outputs: Int, gain: Double, generator: inout SeededGenerator) {
    self.init(inputs: inputs, outputs: outputs)
    let deviation = (gain / Double(inputs)).squareRoot()
    for index in weights.indices { weights[index] = Float(deviation * generator.normal()) }
  }
}
