import Foundation
import SpectraTrain
import Testing

@Suite("Losses")
struct LossTests {
  static let outputs: [Float] = [-40, -3, -0.5, 0, 0.25, 2, 40]

  private func value(_ output: Float, _ target: Float) -> Double {
    MeanLoss(
      .crossEntropy, predicted: Matrix(rows: 1, columns: 1, values: [output]),
      expected: Matrix(rows: 1, columns: 1, values: [target])
    ).value
  }

  private func slope(_ output: Float, _ target: Float) -> Float {
    var gradient: [Float] = [.nan]
    MeanLoss.writeGradient(
      of: .crossEntropy, predicted: [output], expected: [target], knownCount: 1, into: &gradient)
    return gradient[0]
  }

  @Test(
    "The cross entropy is minus the logarithm of the probability of what is true",
    arguments: outputs)
  func crossEntropy(output: Float) {
    let probability = 1 / (1 + exp(-Double(output)))
    #expect(abs(value(output, 1) + log(probability)) <= 1e-12 * max(1, value(output, 1)))
    // The odds of one kind are one over those of the other.
    #expect(abs(value(output, 0) - value(-output, 1)) <= 1e-12 * max(1, value(output, 0)))
  }

  @Test("It neither overflows nor vanishes where the network is sure")
  func extremes() {
    #expect(value(1e4, 0) == 1e4)
    #expect(value(1e4, 1) == 0)
    #expect(value(-50, 0) > 0 && value(-50, 0) < 1e-21)
    #expect(slope(1e4, 0) == 1 && slope(-1e4, 1) == -1 && slope(1e4, 1) == 0)
  }

  @Test("The gradient is the difference quotient", arguments: outputs, [Float(0), 1])
  func gradient(output: Float, target: Float) {
    let step: Float = 0x1p-6
    let quotient =
      (value(output + step, target) - value(output - step, target)) / Double(2 * step)
    #expect(abs(Double(slope(output, target)) - quotient) < 1e-4)
  }

  @Test("A missing target has no slope, and the number of known ones divides")
  func missing() {
    var gradient: [Float] = [1, 1, 1]
    MeanLoss.writeGradient(
      of: .crossEntropy, predicted: [0, 0, 0], expected: [1, .nan, 0], knownCount: 2,
      into: &gradient)
    #expect(gradient == [-0.25, 0, 0.25])
  }

  @Test("A network learns two kinds apart, and its outputs are the odds")
  func odds() {
    // Of three spectra of one sort, one is of kind 1: the odds are 1 to 2.
    let samples = Samples(
      features: Matrix(rows: 6, columns: 2, values: [1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1]),
      targets: Matrix(rows: 6, columns: 1, values: [1, 0, 0, 1, 1, 0]))
    let trained = Trainer(
      configuration: TrainingConfiguration(
        hidden: [8], dropout: 0, learningRate: 0.02, batchSize: 6, maximumEpochs: 800,
        cosineDecay: true, seed: 1),
      loss: .crossEntropy
    ).train(
      training: samples,
      validation: Samples(
        features: Matrix(rows: 0, columns: 2), targets: Matrix(rows: 0, columns: 1)))
    let outputs = trained.network.predict(samples.features).values
    #expect(abs(Double(outputs[0]) - log(0.5)) < 0.02)
    #expect(abs(Double(outputs[3]) - log(2)) < 0.02)
  }
}
