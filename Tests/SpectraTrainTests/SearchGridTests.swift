import SpectraTrain
import Testing

@Suite("Search grid")
struct SearchGridTests {
  static let base = TrainingConfiguration(hidden: [], seed: 1)

  @Test("Every combination is there once, the learning rate running fastest")
  func points() {
    let grid = SearchGrid(
      layers: [2, 1], nodes: [8, 16, 4], l2: [0, 0.5], weightDecays: [1, 2, 3, 4],
      learningRates: [0.1, 0.2])
    let points = grid.points
    #expect(points.count == 2 * 3 * 2 * 4 * 2)
    #expect(Set(points).count == points.count)
    #expect(points[0] == GridPoint(layers: 2, nodes: 8, weightDecay: 1, learningRate: 0.1))
    #expect(points[1] == GridPoint(layers: 2, nodes: 8, weightDecay: 1, learningRate: 0.2))
    #expect(points[2].weightDecay == 2)
    #expect(points[8].l2 == 0.5)
    #expect(points[16].nodes == 16)
    #expect(points[48].layers == 1)
  }

  @Test("A point's count of parameters is that of its network", arguments: [1, 2, 5], [1, 7, 32])
  func parameterCount(layers: Int, nodes: Int) {
    let point = GridPoint(layers: layers, nodes: nodes, learningRate: 1)
    var generator = SeededGenerator(seed: 1)
    let network = FeedForwardNetwork(
      inputs: 160, hidden: point.hidden, outputs: 6, generator: &generator)
    #expect(point.parameterCount(inputs: 160) == network.parameterCount)
    // By hand: 160 x 32 + 32 + 32 x 32 + 32 + 32 x 6 + 6.
    if (layers, nodes) == (2, 32) { #expect(point.parameterCount(inputs: 160) == 6406) }
  }

  @Test("A point changes what it says, and nothing else")
  func configuration() {
    let base = TrainingConfiguration(
      hidden: [3], dropout: 0.1, batchSize: 5, maximumEpochs: 6, patience: 7, seed: 8)
    let point = GridPoint(layers: 2, nodes: 9, l2: 0.5, weightDecay: 0.25, learningRate: 0.125)
    let expected = TrainingConfiguration(
      hidden: [9, 9], dropout: 0.1, learningRate: 0.125, l2: 0.5, weightDecay: 0.25, batchSize: 5,
      maximumEpochs: 6, patience: 7, seed: 8)
    #expect(point.configuration(from: base) == expected)
  }

  @Test(
    "A grid with a problem says which",
    arguments: [
      (SearchGrid(layers: [], nodes: [1], learningRates: [1]), "numbers of layers"),
      (SearchGrid(layers: [1], nodes: [2, 3, 2], learningRates: [1]), "numbers of nodes"),
      (SearchGrid(layers: [1], nodes: [1], l2: [], learningRates: [1]), "L2"),
      (SearchGrid(layers: [0], nodes: [1], learningRates: [1]), "1 to 15 hidden layers"),
      (SearchGrid(layers: [16], nodes: [1], learningRates: [1]), "1 to 15 hidden layers"),
      (SearchGrid(layers: [1], nodes: [0], learningRates: [1]), "1 to 8192 nodes"),
      (SearchGrid(layers: [1], nodes: [1], learningRates: [1, 0]), "learning rate"),
      (SearchGrid(layers: [1], nodes: [1], learningRates: [.nan]), "learning rate"),
      (SearchGrid(layers: [1], nodes: [1], l2: [0, -1], learningRates: [1]), "L2"),
      (
        SearchGrid(layers: [1], nodes: [1], weightDecays: [0, 2], learningRates: [0.1, 1]), "decay"
      ),
    ])
  func problems(grid: SearchGrid, says: String) {
    #expect(grid.problem(with: Self.base)?.contains(says) == true)
  }

  @Test("A good grid has no problem")
  func noProblem() {
    let grid = SearchGrid(layers: [1, 15], nodes: [1, 8192], l2: [0], learningRates: [1e-3])
    #expect(grid.problem(with: Self.base) == nil)
  }
}
