import SpectraTrain
import Testing

/// Twelve steps of training a network on batches of different sizes.
private struct Trajectory: Decodable {
  struct Batch: Decodable {
    let features: [[Float]]
    let targets: [[Float?]]
  }

  struct Step: Decodable {
    let loss: Double
    let gradient: [[Double]]
    let parameters: [[Double]]
  }

  let sizes: [Int]
  let learningRate: Double
  let l2: Double
  let dropout: Double
  let seed: UInt64
  let initial: [[Float]]
  let batches: [Batch]
  let steps: [Step]

  var network: FeedForwardNetwork {
    FeedForwardNetwork(
      layers: zip(sizes, sizes.dropFirst()).enumerated().map { index, size in
        DenseParameters(
          inputs: size.0, outputs: size.1,
          weights: initial[2 * index], bias: initial[2 * index + 1])
      })
  }
}

@Suite("Training trajectory")
struct TrajectoryTests {
  @Test(
    "Loss, gradient and parameters follow float64 NumPy, missing targets and dropout included",
    arguments: [("training/trajectory.json", 0), ("training/dropout.json", 0.3)])
  func reference(file: String, dropout: Double) throws {
    let reference = try Fixture.load(file, as: Trajectory.self)
    #expect(reference.dropout == dropout)
    var network = reference.network
    var adam = Adam(learningRate: reference.learningRate, l2: reference.l2)
    var backpropagation = Backpropagation(for: network, batchSize: 6, dropout: dropout)
    var generator = SeededGenerator(seed: reference.seed)
    #expect(reference.steps.count == 12)
    for (number, step) in reference.steps.enumerated() {
      let batch = reference.batches[number % reference.batches.count]
      let error = backpropagation.run(
        network,
        features: Matrix(
          rows: batch.features.count, columns: reference.sizes[0],
          values: batch.features.flatMap { $0 }),
        targets: Matrix(
          rows: batch.targets.count, columns: network.outputs,
          values: batch.targets.flatMap { $0.map { $0 ?? .nan } }),
        generator: &generator)
      adam.update(&network, along: backpropagation.gradient)
      #expect(abs(error.value - step.loss) < 1e-5 * step.loss, "step \(number + 1)")
      let gradient = flat(backpropagation.gradient)
      #expect(largestError(gradient, step.gradient.flatMap { $0 }) < 1e-5, "step \(number + 1)")
      let parameters = flat(network.layers)
      #expect(largestError(parameters, step.parameters.flatMap { $0 }) < 2e-5, "step \(number + 1)")
    }
  }
}
