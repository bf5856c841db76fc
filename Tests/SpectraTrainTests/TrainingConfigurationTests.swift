import Foundation
import SpectraTrain
import Testing

@Suite("Training configuration")
struct TrainingConfigurationTests {
  @Test("Survives JSON")
  func codable() throws {
    let configuration = TrainingConfiguration(
      hidden: [256, 128], dropout: 0.3, learningRate: 2e-3, l2: 1e-5, batchSize: 16,
      maximumEpochs: 300, patience: 20, cosineDecay: true, weightAveraging: 0.99,
      featureNoise: 0.02, seed: .max)
    let data = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(TrainingConfiguration.self, from: data) == configuration)
  }

  @Test("Each value out of its range is named")
  func problems() {
    #expect(TrainingConfiguration(hidden: [8], seed: 1).problem == nil)
    let changes: [(word: String, change: (inout TrainingConfiguration) -> Void)] = [
      ("hidden", { $0.hidden = [8, 0] }),
      ("Dropout", { $0.dropout = 1 }),
      ("Dropout", { $0.dropout = .nan }),
      ("learning rate", { $0.learningRate = 0 }),
      ("learning rate", { $0.learningRate = .infinity }),
      ("L2", { $0.l2 = -1 }),
      ("Weight decay", { $0.weightDecay = -1 }),
      ("Weight decay", { $0.weightDecay = 2000 }),
      ("batch", { $0.batchSize = 0 }),
      ("epoch", { $0.maximumEpochs = 0 }),
      ("patience", { $0.patience = 0 }),
      ("averaging", { $0.weightAveraging = 1 }),
      ("noise", { $0.featureNoise = -0.1 }),
    ]
    for (word, change) in changes {
      var configuration = TrainingConfiguration(hidden: [8], seed: 1)
      change(&configuration)
      #expect(configuration.problem?.contains(word) == true, "\(word)")
    }
  }
}
