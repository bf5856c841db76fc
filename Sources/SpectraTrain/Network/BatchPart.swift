import CKernels

/// Some rows of a batch, on their way forth and back through a network. A thread works on each.
///
/// With z_l = W_l a_{l-1} + b_l, a_l = m_l max(0, z_l), m_l the dropout factors and d_l = dE/dz_l,
/// for these rows as columns of Z, A, M and D:
///
///     Z_l = b_l + W_l A_{l-1}
///     D_{l-1}^T = D_l^T W_l, times m_{l-1} [z_{l-1} > 0]
///     dE/dW_l = D_l A_{l-1}^T, to which the other parts of the batch are added
///     dE/db_l = sum over the rows of D_l^T, to which they are added too
///
/// The product takes its second factor row by row, and W is larger than what a batch holds: so W is
/// used as it is, and signals and derivatives are kept both ways round. No element of a product
/// depends on how the batch is parted. The buffers are allocated once.
struct BatchPart: Sendable {
  /// Which rows of the batch these are.
  private(set) var rows = 0..<0
  /// A_l^T of each layer, `[rows][outputs]`.
  private(set) var activations: [[Float]]
  /// The targets of these rows, `[rows][outputs]`.
  private(set) var targets: Matrix

  private let product: MatrixProduct
  private let dropout: Dropout
  private let loss: Loss
  private var features: Matrix  // A_0^T, [rows][inputs]
  private var inputs: [Float]  // A_0, [inputs][rows]
  private var signals: [[Float]]  // A_l, [outputs][rows]
  private var deltas: [[Float]]  // D_l^T, [rows][outputs]
  private var transposedDeltas: [[Float]]  // D_l, [outputs][rows]
  private var randomWords: [UInt64]
  private let zeros: [Float]
  private let ones: [Float]

  /// Buffers for `capacity` rows on their way through networks of the shape of `network`.
  init(
    for network: FeedForwardNetwork, capacity: Int, dropout: Dropout, loss: Loss,
    product: MatrixProduct
  ) {
    let layers = network.layers
    let widest = layers.reduce(0) { max($0, $1.inputs, $1.outputs) }
    self.product = product
    self.dropout = dropout
    self.loss = loss
    features = Matrix(rows: 0, columns: network.inputs)
    targets = Matrix(rows: 0, columns: network.outputs)
    inputs = Array(repeating: 0, count: capacity * network.inputs)
    signals = layers.map { Array(repeating: 0, count: capacity * $0.outputs) }
    activations = signals
    deltas = signals
    transposedDeltas = signals
    let words = dropout.isActive ? widest * Dropout.wordCount(rows: capacity) : 0
    randomWords = Array(repeating: 0, count: words)
    zeros = Array(repeating: 0, count: widest)
    ones = Array(repeating: 1, count: capacity)
  }

  /// Takes its rows of a batch forth and back.
  ///
  /// - Parameters:
  ///   - network: of the shape that this value was made for.
  ///   - rows: which rows of the batch, the first a multiple of 4; may be none.
  ///   - features: of the whole batch.
  ///   - targets: of the whole batch; NaN where missing.
  ///   - knownCount: how many targets of the batch are known.
  ///   - generators: for each layer that drops, where its random numbers begin.
  mutating func run(
    _ network: FeedForwardNetwork, rows: Range<Int>, features: Matrix, targets: Matrix,
    knownCount: Int, generators: [SeededGenerator]
  ) {
    self.rows = rows
    self.features.copy(rows: rows, of: features)
    self.targets.copy(rows: rows, of: targets)
    if rows.isEmpty { return }
    forward(network, batchRows: features.rows, generators: generators)
    let last = network.layers.count - 1
    MeanLoss.writeGradient(
      of: loss, predicted: activations[last], expected: self.targets.values,
      knownCount: knownCount, into: &deltas[last])
    backward(network, dropping: generators.count)
  }

  /// Adds what these rows give of the gradient by the parameters of a layer, or starts it with them.
  func addGradient(ofLayer index: Int, to gradient: inout DenseParameters, isFirst: Bool) {
    let start = isFirst ? zeros : nil
    product.multiply(
      rows: gradient.outputs, columns: gradient.inputs, depth: rows.count,
      transposedDeltas[index], index == 0 ? features.values : activations[index - 1],
      start: start, into: &gradient.weights)
    product.multiply(
      rows: 1, columns: gradient.outputs, depth: rows.count,
      ones, deltas[index], start: start, into: &gradient.bias)
  }

  private mutating func forward(
    _ network: FeedForwardNetwork, batchRows: Int, generators: [SeededGenerator]
  ) {
    MatrixProduct.transpose(
      features.values, rows: rows.count, columns: features.columns, into: &inputs)
    for (index, layer) in network.layers.enumerated() {
      Self.spread(layer.bias, over: rows.count, into: &signals[index])
      product.multiply(
        rows: layer.outputs, columns: rows.count, depth: layer.inputs,
        layer.weights, index == 0 ? inputs : signals[index - 1],
        start: nil, into: &signals[index], rectify: index < network.layers.count - 1)
      if index < generators.count {
        dropout.apply(
          to: &signals[index], unitCount: layer.outputs, rows: rows, batchRows: batchRows,
          generator: generators[index], words: &randomWords, on: product.kernel)
      }
      MatrixProduct.transpose(
        signals[index], rows: layer.outputs, columns: rows.count, into: &activations[index])
    }
  }

  private mutating func backward(_ network: FeedForwardNetwork, dropping dropCount: Int) {
    for (index, layer) in network.layers.enumerated().reversed() {
      MatrixProduct.transpose(
        deltas[index], rows: rows.count, columns: layer.outputs, into: &transposedDeltas[index])
      if index == 0 { continue }
      let delta = deltas[index]
      product.multiply(
        rows: rows.count, columns: layer.inputs, depth: layer.outputs,
        delta, layer.weights, start: zeros, into: &deltas[index - 1])
      // A unit that came out as zero was rectified or dropped; in both cases nothing depends on it.
      unsafe spectra_kernel_rectifier_gradient(
        product.kernel, rows.count * layer.inputs, activations[index - 1],
        index - 1 < dropCount ? dropout.factor : 1, &deltas[index - 1])
    }
  }

  /// Fills row i of `target`, `columns` long, with bias i.
  private static func spread(_ bias: [Float], over columns: Int, into target: inout [Float]) {
    let bias = bias.span
    var target = target.mutableSpan
    var first = 0
    for row in bias.indices {
      for index in first..<first + columns { target[index] = bias[row] }
      first += columns
    }
  }
}
