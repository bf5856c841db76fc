package import CKernels

/// The gradient of a mean loss by all parameters of a network, for one batch.
///
/// In training, units of each hidden layer other than the last hidden one are dropped (see
/// `Dropout`; Kiyohara et al. 2019, section 2, drop no unit of the last hidden layer). With a single
/// hidden layer there is no dropout.
///
/// Several threads may share a batch: first each takes some of its rows forth and back (see
/// `BatchPart`), then each sums the gradient of some of the layers, over the rows in their order.
/// The bits do not depend on the number of threads. Everything is allocated once and used for batch
/// after batch.
public struct Backpropagation: Sendable {
  /// The gradient of the batch that ran last.
  public private(set) var gradient: FeedForwardNetwork.Gradient

  private let loss: Loss
  private let batchSize: Int
  private let dropout: Dropout
  private var parts: [BatchPart]  // one for each thread, some of them without rows

  /// Rows of a part come in multiples of this, so that they fill vectors and random words.
  private static let rowMultiple = 16

  /// Buffers for networks of the shape of `network` and batches of up to `batchSize` rows.
  ///
  /// - Parameters:
  ///   - network: gives the shape.
  ///   - batchSize: number of rows.
  ///   - dropout: the probability to drop a unit, 0 ..< 1.
  ///   - loss: what the gradient is of.
  ///   - threads: how many threads share a batch, at most; a batch of 16 rows has work for one.
  public init(
    for network: FeedForwardNetwork, batchSize: Int, dropout: Double,
    loss: Loss = .absoluteError, threads: Int = 1
  ) {
    self.init(
      for: network, batchSize: batchSize, dropout: dropout, loss: loss, threads: threads,
      kernel: spectra_kernel_best())
  }

  package init(
    for network: FeedForwardNetwork, batchSize: Int, dropout: Double,
    loss: Loss = .absoluteError, threads: Int, kernel: spectra_kernel
  ) {
    precondition(batchSize > 0, "A batch needs a row.")
    precondition(threads > 0, "A batch needs a thread.")
    let dropout = Dropout(probability: dropout)
    let threads = min(threads, (batchSize + Self.rowMultiple - 1) / Self.rowMultiple)
    self.loss = loss
    self.batchSize = batchSize
    self.dropout = dropout
    gradient = network.layers.map { DenseParameters(inputs: $0.inputs, outputs: $0.outputs) }
    let part = BatchPart(
      for: network, capacity: Self.rowCount(of: batchSize, over: threads), dropout: dropout,
      loss: loss, product: MatrixProduct(kernel: kernel))
    parts = Array(repeating: part, count: threads)
  }

  /// Runs one batch forth and back, leaves its gradient in `gradient` and returns its loss.
  ///
  /// - Parameters:
  ///   - network: of the shape that this value was made for.
  ///   - features: `[rows][inputs]`, scaled.
  ///   - targets: `[rows][outputs]`, scaled; NaN where missing.
  ///   - generator: decides which units are dropped (see `Dropout`), layer by layer; does not advance
  ///     where none can be.
  public mutating func run(
    _ network: FeedForwardNetwork, features: Matrix, targets: Matrix,
    generator: inout SeededGenerator
  ) -> MeanLoss {
    precondition(features.rows > 0, "A batch needs a row.")
    precondition(features.rows <= batchSize, "The batch has more rows than there is room for.")
    precondition(features.columns == network.inputs, "The network takes other features.")
    precondition(
      targets.rows == features.rows && targets.columns == network.outputs,
      "The batch needs a target for each output of each row.")
    let rows = features.rows
    let partRows = Self.rowCount(of: rows, over: parts.count)
    let knownCount = MeanLoss.knownCount(targets.values)
    let generators = advance(&generator, network, rows: rows)
    parts.forEachConcurrently(threads: parts.count) { part, index in
      let first = min(index * partRows, rows)
      part.run(
        network, rows: first..<min(first + partRows, rows), features: features, targets: targets,
        knownCount: knownCount, generators: generators)
    }
    let parts = parts  // apart from `gradient`, which is being changed
    gradient.forEachConcurrently(threads: parts.count) { layer, index in
      for part in parts where !part.rows.isEmpty {
        part.addGradient(ofLayer: index, to: &layer, isFirst: part.rows.lowerBound == 0)
      }
    }
    var error = MeanLoss(loss)
    let last = network.layers.count - 1
    for part in parts {
      error.add(predicted: part.activations[last], expected: part.targets.values)
    }
    return error
  }

  /// The outputs of layer `index` for the batch that ran last, `[rows][outputs]`.
  package func activations(ofLayer index: Int) -> [Float] {
    parts.flatMap { part in
      part.activations[index].prefix(part.rows.count * gradient[index].outputs)
    }
  }

  /// Where the random numbers of each layer that drops begin; `generator` goes on to behind them.
  private func advance(
    _ generator: inout SeededGenerator, _ network: FeedForwardNetwork, rows: Int
  ) -> [SeededGenerator] {
    if !dropout.isActive { return [] }
    return network.layers.dropLast(2).map { layer in
      defer { generator.skip(layer.outputs * Dropout.wordCount(rows: rows)) }
      return generator
    }
  }

  /// Rows of a part, where `rows` are divided over `threads` threads.
  private static func rowCount(of rows: Int, over threads: Int) -> Int {
    let share = (rows + threads - 1) / threads
    return (share + rowMultiple - 1) / rowMultiple * rowMultiple
  }
}
