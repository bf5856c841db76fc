import CKernels
import SpectraTrain
import Testing

/// Ten steps of one layer along given gradients.
private struct AdamCase: Decodable {
  struct Step: Decodable {
    let learningRate: Double
    let gradient: [[Float]]
    let parameters: [[Double]]
  }

  let inputs: Int
  let outputs: Int
  let l2: Double
  let weightDecay: Double
  let initial: [[Float]]
  let steps: [Step]

  func layers(_ values: [[Float]]) -> [DenseParameters] {
    [DenseParameters(inputs: inputs, outputs: outputs, weights: values[0], bias: values[1])]
  }
}

@Suite("Adam")
struct AdamTests {
  @Test(
    "Steps follow the papers, with L2 or decoupled decay on the weights alone",
    arguments: ["training/adam.json", "training/adamw.json"], TrainingKernelTests.available)
  func reference(file: String, kernel: spectra_kernel) throws {
    let reference = try Fixture.load(file, as: AdamCase.self)
    var network = FeedForwardNetwork(layers: reference.layers(reference.initial))
    var adam = Adam(learningRate: 0, l2: reference.l2, weightDecay: reference.weightDecay)
    adam.kernel = kernel
    #expect(reference.steps.count == 10)
    for (number, step) in reference.steps.enumerated() {
      adam.learningRate = step.learningRate
      adam.update(&network, along: reference.layers(step.gradient))
      #expect(
        largestError(flat(network.layers), step.parameters.flatMap { $0 }) < 2e-6,
        "step \(number + 1)")
    }
  }

  @Test("The first step is the learning rate against the sign of the gradient")
  func firstStep() {
    let layer = DenseParameters(inputs: 1, outputs: 2, weights: [0, 0], bias: [0, 0])
    let gradient = DenseParameters(inputs: 1, outputs: 2, weights: [3, -0.001], bias: [0, 500])
    var network = FeedForwardNetwork(layers: [layer])
    var adam = Adam(learningRate: 0.5)
    adam.update(&network, along: [gradient])
    #expect(largestError(flat(network.layers), [-0.5, 0.5, 0, -0.5]) < 1e-4)
  }
}
