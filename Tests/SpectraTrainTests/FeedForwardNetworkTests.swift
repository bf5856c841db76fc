import SpectraTrain
import Testing

@Suite("Feedforward network")
struct FeedForwardNetworkTests {
  @Test("Two layers by hand: weights are [out, in], the rectifier is on the hidden layer only")
  func byHand() {
    let network = FeedForwardNetwork(layers: [
      DenseParameters(inputs: 2, outputs: 3, weights: [1, 2, 3, 4, -5, -6], bias: [0.5, -1, 1]),
      DenseParameters(inputs: 3, outputs: 1, weights: [2, -3, 100], bias: [0.25]),
    ])
    // x = (1, 1): hidden 3.5, 6, -10 -> 0; output 7 - 18 + 0.25.
    // x = (-1, 0): hidden -0.5 -> 0, -4 -> 0, 6; output 600.25.
    let output = network.predict(Matrix(rows: 2, columns: 2, values: [1, 1, -1, 0]))
    #expect(output == Matrix(rows: 2, columns: 1, values: [-10.75, 600.25]))
    #expect(network.parameterCount == 13)
  }

  @Test("A row gives the same bits alone and in a batch")
  func batch() {
    var generator = SeededGenerator(seed: 1)
    let network = FeedForwardNetwork(
      inputs: 19, hidden: [21, 18], outputs: 6, generator: &generator)
    let features = normalMatrix(rows: 23, columns: 19, seed: 2)
    let batch = network.predict(features)
    for row in 0..<features.rows {
      #expect(network.predict(features.selecting(rows: [row])) == batch.selecting(rows: [row]))
    }
  }

  @Test("Initial weights have the variances of He et al., biases are zero")
  func initialisation() {
    var generator = SeededGenerator(seed: 3)
    let network = FeedForwardNetwork(
      inputs: 50, hidden: [80, 60], outputs: 40, generator: &generator)
    for (layer, gain) in zip(network.layers, [2.0, 2.0, 1.0]) {
      let count = Double(layer.weights.count)
      let mean = layer.weights.reduce(0) { $0 + Double($1) } / count
      let variance = layer.weights.reduce(0) { $0 + Double($1) * Double($1) } / count
      let expected = gain / Double(layer.inputs)
      #expect(abs(mean) < 4 * (expected / count).squareRoot())
      #expect(abs(variance / expected - 1) < 4 * (2 / count).squareRoot())
      #expect(layer.bias.allSatisfy { $0 == 0 })
    }
  }
}
