import SpectraTrain
import Testing

@Suite("Backpropagation")
struct BackpropagationTests {
  struct Shape: CustomTestStringConvertible {
    let hidden: [Int]
    let dropout: Double
    var testDescription: String { "hidden \(hidden), dropout \(dropout)" }
  }

  /// The loss is linear in each single parameter between the kinks of the rectifiers and of the
  /// absolute value. Where the slopes to both sides are the same there is no kink in between, and
  /// the slope is the derivative, however long the step.
  @Test(
    "The gradient is the slope of the loss",
    arguments: [
      Shape(hidden: [], dropout: 0), Shape(hidden: [7], dropout: 0.5),
      Shape(hidden: [8, 7], dropout: 0), Shape(hidden: [8, 7, 5], dropout: 0.5),
    ])
  func centralDifferences(shape: Shape) {
    var generator = SeededGenerator(seed: 11)
    let network = FeedForwardNetwork(
      inputs: 5, hidden: shape.hidden, outputs: 3, generator: &generator)
    let features = normalMatrix(rows: 4, columns: 5, seed: 12)
    var targets = normalMatrix(rows: 4, columns: 3, seed: 13, scale: 3)
    targets[1, 2] = .nan
    var backpropagation = Backpropagation(for: network, batchSize: 4, dropout: shape.dropout)
    func loss(_ parameters: [Float]) -> Double {
      var sameDropout = generator
      let moved = FeedForwardNetwork(layers: layers(shapedAs: network.layers, parameters))
      return backpropagation.run(
        moved, features: features, targets: targets, generator: &sameDropout
      ).value
    }
    let parameters = flat(network.layers)
    let middle = loss(parameters)
    let gradient = flat(backpropagation.gradient)
    let step: Float = 0x1p-7
    var smooth = 0
    for index in parameters.indices {
      var moved = parameters
      moved[index] = parameters[index] + step
      let above = (loss(moved) - middle) / Double(moved[index] - parameters[index])
      moved[index] = parameters[index] - step
      let below = (middle - loss(moved)) / Double(parameters[index] - moved[index])
      if abs(above - below) > 2e-4 { continue }
      smooth += 1
      #expect(abs((above + below) / 2 - Double(gradient[index])) < 2e-4, "parameter \(index)")
    }
    #expect(smooth > parameters.count * 3 / 4)
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
    return backpropagation.activations
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
