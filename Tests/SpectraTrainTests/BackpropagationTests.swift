import SpectraTrain
import Testing

@Suite("Backpropagation")
struct BackpropagationTests {
  /// A network of up to five hidden layers, and a batch, smaller than the buffers, with missing
  /// targets.
  struct Shape: CustomTestStringConvertible {
    let depth: Int
    let dropout: Double
    let rows: Int
    let threads: Int

    var testDescription: String {
      "\(depth) hidden layers, dropout \(dropout), \(rows) rows, \(threads) threads"
    }

    static let all = (0...5).flatMap { depth in
      [
        Shape(depth: depth, dropout: 0, rows: 7, threads: 1),
        Shape(depth: depth, dropout: 0.4, rows: 7, threads: 1),
        Shape(depth: depth, dropout: 0.4, rows: 21, threads: 2),
      ]
    }

    var network: FeedForwardNetwork {
      var generator = SeededGenerator(seed: 11)
      let network = FeedForwardNetwork(
        inputs: 5, hidden: Array([12, 11, 10, 9, 8].prefix(depth)), outputs: 3,
        generator: &generator)
      // Biases that are not zero.
      return FeedForwardNetwork(
        layers: layers(
          shapedAs: network.layers,
          flat(network.layers).map { $0 + Float(0.1 * generator.normal()) }))
    }
  }

  /// The error is linear in each single parameter between the kinks of the rectifiers and of the
  /// absolute value, and in double precision the steps can be so short that hardly any has a kink
  /// in it. Only which units are dropped is read off the code under test.
  @Test("The gradient is the slope of the error, to the last digits", arguments: Shape.all)
  func centralDifferences(shape: Shape) {
    let network = shape.network
    let features = normalMatrix(rows: shape.rows, columns: 5, seed: 12)
    var targets = normalMatrix(rows: shape.rows, columns: 3, seed: 13, scale: 3)
    targets[1, 2] = .nan
    targets[4, 0] = .nan
    var backpropagation = Backpropagation(
      for: network, batchSize: 24, dropout: shape.dropout, threads: shape.threads)
    var generator = SeededGenerator(seed: 14)
    let error = backpropagation.run(
      network, features: features, targets: targets, generator: &generator)

    let parameters = flat(network.layers).map { Double($0) }
    var reference = DoubleNetwork(shape: network.layers, features: features, targets: targets)
    if shape.dropout > 0 {
      for layer in 0..<max(0, shape.depth - 1) {
        let units = network.layers[layer].outputs
        let activations = backpropagation.activations(ofLayer: layer)
        let sums = reference.sums(parameters)[layer]
        // 0.4 is 26214 / 65536 in 16 bits.
        reference.factors.append(
          (0..<shape.rows).map { row in
            (0..<units).map { unit in
              sums[row][unit] > 0 && activations[row * units + unit] == 0 ? 0 : 65536.0 / 39322
            }
          })
        #expect(reference.factors[layer].joined().contains(0))
      }
    }

    #expect(abs(error.value - reference.error(parameters)) < 1e-6)
    #expect(error.count == 3 * shape.rows - 2)
    let gradient = flat(backpropagation.gradient)
    let step = 0x1p-20
    let middle = reference.error(parameters)
    var kinks = 0
    var slopes: [Double] = []
    for index in parameters.indices {
      var moved = parameters
      moved[index] = parameters[index] + step
      let above = (reference.error(moved) - middle) / step
      moved[index] = parameters[index] - step
      let below = (middle - reference.error(moved)) / step
      slopes.append((above + below) / 2)
      if abs(above - below) > 1e-8 {
        kinks += 1
        continue
      }
      #expect(abs(slopes[index] - Double(gradient[index])) < 1e-6, "parameter \(index)")
    }
    #expect(kinks <= 1)
    #expect(slopes.map { abs($0) }.max() ?? 0 > 0.1)
    #expect(gradient.count { $0 != 0 } > parameters.count / 4)
  }

  /// A network in which no unit is ever rectified, so that a zero is a dropped unit.
  private func positiveNetwork(hidden: [Int]) -> FeedForwardNetwork {
    var generator = SeededGenerator(seed: 21)
    let network = FeedForwardNetwork(inputs: 3, hidden: hidden, outputs: 2, generator: &generator)
    return FeedForwardNetwork(
      layers: layers(shapedAs: network.layers, flat(network.layers).map { abs($0) + 0.01 }))
  }

  private let features = Matrix(
    rows: 40, columns: 3, values: normalMatrix(rows: 40, columns: 3, seed: 22).values.map(abs))

  private func activations(_ network: FeedForwardNetwork, dropout: Double) -> [[Float]] {
    var generator = SeededGenerator(seed: 23)
    var backpropagation = Backpropagation(for: network, batchSize: 40, dropout: dropout)
    _ = backpropagation.run(
      network, features: features, targets: Matrix(rows: 40, columns: 2), generator: &generator)
    return network.layers.indices.map { backpropagation.activations(ofLayer: $0) }
  }

  @Test("A unit is dropped with the probability asked for, or divided by one minus it")
  func dropout() {
    let network = positiveNetwork(hidden: [50, 10])
    let whole = activations(network, dropout: 0)
    let dropped = activations(network, dropout: 0.25)
    #expect(whole[0].allSatisfy { $0 > 0 })
    let zeros = dropped[0].count { $0 == 0 }
    #expect(abs(Double(zeros) - 500) < 4 * (2000 * 0.25 * 0.75).squareRoot())
    for (unit, kept) in zip(whole[0], dropped[0]) where kept != 0 {
      #expect(abs(kept * 0.75 / unit - 1) < 1e-6)
    }
  }

  @Test("The last hidden layer is never dropped", arguments: [[20], [20, 20], [20, 20, 20]])
  func lastHiddenLayer(hidden: [Int]) {
    let dropped = activations(positiveNetwork(hidden: hidden), dropout: 0.5)
    for layer in hidden.indices.dropLast() { #expect(dropped[layer].contains(0)) }
    #expect(!dropped[hidden.count - 1].contains(0))
  }

  @Test("A row without a known target changes nothing")
  func missingRow() {
    var generator = SeededGenerator(seed: 31)
    let network = FeedForwardNetwork(inputs: 3, hidden: [6], outputs: 2, generator: &generator)
    let targets = Matrix(rows: 2, columns: 2, values: [1, -1, .nan, .nan])
    var backpropagation = Backpropagation(for: network, batchSize: 2, dropout: 0)
    let both = features.selecting(rows: [0, 1])
    let error = backpropagation.run(
      network, features: both, targets: targets, generator: &generator)
    let gradient = backpropagation.gradient
    let alone = backpropagation.run(
      network, features: both.selecting(rows: [0]), targets: targets.selecting(rows: [0]),
      generator: &generator)
    #expect(error == alone)
    #expect(gradient == backpropagation.gradient)
    #expect(flat(gradient).contains { $0 != 0 })
  }
}
