package import CKernels

/// A feedforward network: dense layers, with a rectifier after each but the last.
///
/// y = W_L ( ... max(0, W_2 max(0, W_1 x + b_1) + b_2) ... ) + b_L, as in Kiyohara, Tsubaki, Liao
/// and Mizoguchi, J. Phys. Mater. 2 (2019) 024003, section 2. Features and targets are scaled ones.
public struct FeedForwardNetwork: Sendable, Equatable {
  /// The derivative of a loss by the parameters: layer by layer, of the shape of the network.
  public typealias Gradient = [DenseParameters]

  /// The layers in the order of use; the outputs of one are the inputs of the next.
  public internal(set) var layers: [DenseParameters]

  /// A network of the given layers.
  public init(layers: [DenseParameters]) {
    precondition(!layers.isEmpty, "A network needs a layer.")
    for (layer, next) in zip(layers, layers.dropFirst()) {
      precondition(layer.outputs == next.inputs, "A layer must take the outputs of the one before.")
    }
    self.layers = layers
  }

  /// A network with random weights (see `DenseParameters`) and zero biases.
  ///
  /// - Parameters:
  ///   - inputs: number of features.
  ///   - hidden: width of each hidden layer.
  ///   - outputs: number of properties.
  ///   - generator: the source of the weights.
  public init(inputs: Int, hidden: [Int], outputs: Int, generator: inout SeededGenerator) {
    var layers: [DenseParameters] = []
    var width = inputs
    for next in hidden {
      layers.append(
        DenseParameters(inputs: width, outputs: next, gain: 2, generator: &generator))
      width = next
    }
    layers.append(
      DenseParameters(inputs: width, outputs: outputs, gain: 1, generator: &generator))
    self.init(layers: layers)
  }

  /// Number of features.
  public var inputs: Int { layers[0].inputs }

  /// Number of outputs.
  public var outputs: Int { layers[layers.count - 1].outputs }

  /// Number of weights and biases.
  public var parameterCount: Int {
    layers.reduce(0) { $0 + $1.weights.count + $1.bias.count }
  }

  /// The outputs for each row of `features`, without dropout: `[rows][inputs]` to
  /// `[rows][outputs]`.
  ///
  /// Each row gives the same bits as it would alone.
  public func predict(_ features: Matrix) -> Matrix {
    predict(features, kernel: spectra_kernel_best())
  }

  package func predict(_ features: Matrix, kernel: spectra_kernel) -> Matrix {
    precondition(features.columns == inputs, "The network takes another number of features.")
    let product = MatrixProduct(kernel: kernel)
    var signal = features
    for (index, layer) in layers.enumerated() {
      var transposed = Array(repeating: Float(0), count: layer.weights.count)
      MatrixProduct.transpose(
        layer.weights, rows: layer.outputs, columns: layer.inputs, into: &transposed)
      var output = Matrix(rows: features.rows, columns: layer.outputs)
      product.multiply(
        rows: features.rows, columns: layer.outputs, depth: layer.inputs,
        signal.values, transposed, start: layer.bias, into: &output.values,
        rectify: index < layers.count - 1)
      signal = output
    }
    return signal
  }
}
