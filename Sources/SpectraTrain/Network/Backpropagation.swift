/// The gradient of the mean absolute error by all parameters of a network, for one batch.
///
/// Inverted dropout: in training, each unit of a hidden layer other than the last hidden one is set
/// to zero with probability `dropout` and otherwise divided by `1 - dropout`, so that its mean
/// stays the same and prediction needs no correction (Kiyohara et al. 2019, section 2, drop no unit
/// of the last hidden layer). With a single hidden layer there is no dropout.
///
/// With z_l = W_l a_{l-1} + b_l, a_l = m_l max(0, z_l), m_l the dropout factors and d_l = dE/dz_l,
/// for the rows of the batch as rows of matrices:
///
///     dE/dW_l = d_l^T a_{l-1}
///     dE/db_l = sum over the rows of d_l
///     d_{l-1} = (d_l W_l) m_{l-1} [z_{l-1} > 0]
///
/// The buffers are allocated once and used for batch after batch.
public struct Backpropagation: Sendable {
  /// The gradient of the batch that ran last.
  public private(set) var gradient: FeedForwardNetwork.Gradient

  /// The outputs a_l of each layer for the batch that ran last, `[batchSize][outputs]`.
  package private(set) var activations: [[Float]]

  private let batchSize: Int
  private let dropout: Double
  private let product = MatrixProduct()
  private var transposedWeights: [[Float]]  // [inputs][outputs], layer by layer
  private var deltas: [[Float]]  // d_l, [batchSize][outputs]
  private var transposedDelta: [Float]  // d_l of one layer, [outputs][rows]
  private let zeros: [Float]
  private let ones: [Float]

  /// Buffers for networks of the shape of `network` and batches of up to `batchSize` rows.
  public init(for network: FeedForwardNetwork, batchSize: Int, dropout: Double) {
    precondition(batchSize > 0, "A batch needs a row.")
    precondition(dropout >= 0 && dropout < 1, "Dropout is a probability below one.")
    self.batchSize = batchSize
    self.dropout = dropout
    let layers = network.layers
    let widest = layers.reduce(0) { max($0, $1.inputs, $1.outputs) }
    gradient = layers.map { DenseParameters(inputs: $0.inputs, outputs: $0.outputs) }
    transposedWeights = layers.map { Array(repeating: 0, count: $0.weights.count) }
    activations = layers.map { Array(repeating: 0, count: batchSize * $0.outputs) }
    deltas = activations
    transposedDelta = Array(repeating: 0, count: batchSize * widest)
    zeros = Array(repeating: 0, count: widest)
    ones = Array(repeating: 1, count: batchSize)
  }

  /// Runs one batch forth and back, leaves its gradient in `gradient` and returns its error.
  ///
  /// - Parameters:
  ///   - network: of the shape that this value was made for.
  ///   - features: `[rows][inputs]`, scaled.
  ///   - targets: `[rows][outputs]`, scaled; NaN where missing.
  ///   - generator: decides which units are dropped; does not advance where none can be.
  public mutating func run(
    _ network: FeedForwardNetwork, features: Matrix, targets: Matrix,
    generator: inout SeededGenerator
  ) -> MeanAbsoluteError {
    precondition(features.rows <= batchSize, "The batch has more rows than there is room for.")
    precondition(features.columns == network.inputs, "The network takes other features.")
    forward(network, features: features, generator: &generator)
    let last = network.layers.count - 1
    let predicted = Matrix(
      rows: features.rows, columns: network.outputs,
      values: Array(activations[last].prefix(features.rows * network.outputs)))
    let loss = MeanAbsoluteError.withGradient(predicted: predicted, expected: targets)
    deltas[last] = loss.gradient.values
    backward(network, features: features)
    return loss.error
  }

  private mutating func forward(
    _ network: FeedForwardNetwork, features: Matrix, generator: inout SeededGenerator
  ) {
    let last = network.layers.count - 1
    for (index, layer) in network.layers.enumerated() {
      let signal = index == 0 ? features.values : activations[index - 1]
      MatrixProduct.transpose(
        layer.weights, rows: layer.outputs, columns: layer.inputs, into: &transposedWeights[index])
      product.multiply(
        rows: features.rows, columns: layer.outputs, depth: layer.inputs,
        signal, transposedWeights[index], start: layer.bias, into: &activations[index],
        rectify: index < last)
      if drops(index, of: network.layers.count) {
        drop(count: features.rows * layer.outputs, from: &activations[index], &generator)
      }
    }
  }

  private mutating func backward(_ network: FeedForwardNetwork, features: Matrix) {
    let rows = features.rows
    for (index, layer) in network.layers.enumerated().reversed() {
      let signal = index == 0 ? features.values : activations[index - 1]
      MatrixProduct.transpose(
        deltas[index], rows: rows, columns: layer.outputs, into: &transposedDelta)
      product.multiply(
        rows: layer.outputs, columns: layer.inputs, depth: rows,
        transposedDelta, signal, start: zeros, into: &gradient[index].weights)
      product.multiply(
        rows: 1, columns: layer.outputs, depth: rows,
        ones, deltas[index], start: zeros, into: &gradient[index].bias)
      if index == 0 { continue }
      let delta = deltas[index]
      product.multiply(
        rows: rows, columns: layer.inputs, depth: layer.outputs,
        delta, layer.weights, start: zeros, into: &deltas[index - 1])
      let factor = drops(index - 1, of: network.layers.count) ? keptFactor : 1
      Self.passThroughRectifier(
        &deltas[index - 1], of: signal, count: rows * layer.inputs, factor: factor)
    }
  }

  /// Whether units of hidden layer `index` are dropped.
  private func drops(_ index: Int, of layerCount: Int) -> Bool {
    dropout > 0 && index < layerCount - 2
  }

  /// The factor of the units that are kept.
  private var keptFactor: Float { Float(1 / (1 - dropout)) }

  private func drop(
    count: Int, from units: inout [Float], _ generator: inout SeededGenerator
  ) {
    let factor = keptFactor
    var units = units.mutableSpan
    for index in 0..<count {
      units[index] *= generator.uniform() < dropout ? 0 : factor
    }
  }

  /// A unit that came out as zero was rectified or dropped; in both cases nothing depends on it.
  private static func passThroughRectifier(
    _ delta: inout [Float], of activation: [Float], count: Int, factor: Float
  ) {
    let activation = activation.span
    var delta = delta.mutableSpan
    for index in 0..<count {
      delta[index] = activation[index] > 0 ? delta[index] * factor : 0
    }
  }
}
