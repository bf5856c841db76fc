import CKernels
import SpectraTrain
import Testing

@Suite("Trainer")
struct TrainerTests {
  /// Targets that nothing can be learnt of, so that fitting them makes the validation error worse.
  static let noise = Samples(
    features: normalMatrix(rows: 12, columns: 6, seed: 1),
    targets: normalMatrix(rows: 12, columns: 2, seed: 2))
  static let otherNoise = Samples(
    features: normalMatrix(rows: 8, columns: 6, seed: 3),
    targets: normalMatrix(rows: 8, columns: 2, seed: 4))
  static let none = noise.selecting([])

  static let base = TrainingConfiguration(
    hidden: [10, 8], dropout: 0.25, learningRate: 0.02, batchSize: 5, maximumEpochs: 4,
    patience: 4, seed: 1)

  static func changed(
    _ change: (inout TrainingConfiguration) -> Void
  ) -> TrainingConfiguration {
    var configuration = base
    change(&configuration)
    return configuration
  }

  static let variants = [
    base,
    changed { $0.featureNoise = 0.1 },
    changed { $0.weightAveraging = 0.5 },
    changed { $0.cosineDecay = true },
    changed { $0.dropout = 0 },
    changed { $0.l2 = 0.1 },
    changed { $0.weightDecay = 1 },
  ]

  @Test("Learns y = (2 a - b, b + 1)", arguments: [0, 0.9])
  func learns(weightAveraging: Double) {
    let features = normalMatrix(rows: 40, columns: 2, seed: 7)
    let targets = Matrix(
      rows: 40, columns: 2,
      values: (0..<40).flatMap { row in
        [2 * features[row, 0] - features[row, 1], features[row, 1] + 1]
      })
    let samples = Samples(features: features, targets: targets)
    let configuration = TrainingConfiguration(
      hidden: [], learningRate: 0.1, batchSize: 20, maximumEpochs: 150, patience: 150,
      cosineDecay: true, weightAveraging: weightAveraging, seed: 1)
    let trained = Trainer(configuration: configuration).train(
      training: samples, validation: Self.none)
    #expect(trained.bestEpoch == 150)
    #expect(largestError(flat(trained.network.layers), [2, -1, 0, 1, 0, 1]) < 0.01)
  }

  @Test("Early stopping brings back the network of the best epoch")
  func earlyStopping() {
    let configuration = Self.changed {
      $0.maximumEpochs = 200
      $0.patience = 7
      $0.dropout = 0
    }
    let trained = Trainer(configuration: configuration).train(
      training: Self.noise, validation: Self.otherNoise)
    let errors = trained.history.map(\.validationError)
    #expect(errors.count == trained.bestEpoch + 7)
    #expect(trained.validationError == errors.min())
    #expect(errors[trained.bestEpoch - 1] == trained.validationError)
    #expect(errors.last != trained.validationError)
    #expect(trained.history.last { $0.isBest }?.epoch == trained.bestEpoch)
    let again = MeanLoss(
      predicted: trained.network.predict(Self.otherNoise.features),
      expected: Self.otherNoise.targets)
    #expect(again.value == trained.validationError)
  }

  @Test("The same seed gives the same bits, another seed others", arguments: variants)
  func seeds(configuration: TrainingConfiguration) {
    func train(seed: UInt64) -> TrainedNetwork {
      var configuration = configuration
      configuration.seed = seed
      return Trainer(configuration: configuration).train(
        training: Self.noise, validation: Self.otherNoise)
    }
    let trained = train(seed: 5)
    #expect(trained == train(seed: 5))
    #expect(trained.network != train(seed: 6).network)
  }

  /// Batches of 75 and of 25 rows, of which the second leaves some threads without a row, and widths
  /// that fill vectors and leave some over.
  static let wide = changed {
    $0.hidden = [37, 20, 9]
    $0.featureNoise = 0.1
    $0.weightAveraging = 0.5
    $0.weightDecay = 1
    $0.batchSize = 75
  }
  static let wideSamples = Samples(
    features: normalMatrix(rows: 100, columns: 23, seed: 5),
    targets: normalMatrix(rows: 100, columns: 2, seed: 6))

  @Test("Any number of threads gives the same bits", arguments: [2, 3, 4, 5, 9])
  func threads(count: Int) {
    func train(threads: Int) -> TrainedNetwork {
      Trainer(configuration: Self.wide, threads: threads).train(
        training: Self.wideSamples, validation: Self.wideSamples)
    }
    #expect(train(threads: count) == train(threads: 1))
  }

  @Test("Every kernel gives the same bits", arguments: TrainingKernelTests.available)
  func kernels(kernel: spectra_kernel) {
    func train(on kernel: spectra_kernel) -> TrainedNetwork {
      var trainer = Trainer(configuration: Self.wide)
      trainer.kernel = kernel
      return trainer.train(training: Self.wideSamples, validation: Self.wideSamples)
    }
    #expect(train(on: kernel) == train(on: SPECTRA_KERNEL_BASELINE))
    #expect(train(on: kernel) == train(on: spectra_kernel_best()))
  }

  @Test("Every setting has an effect", arguments: variants.dropFirst())
  func settings(configuration: TrainingConfiguration) {
    func train(_ configuration: TrainingConfiguration) -> FeedForwardNetwork {
      Trainer(configuration: configuration).train(training: Self.noise, validation: Self.none)
        .network
    }
    #expect(train(configuration) != train(Self.base))
  }

  @Test("The caller stops after the epoch in which it says so")
  func callerStops() {
    var seen: [Int] = []
    let trained = Trainer(configuration: Self.base).train(
      training: Self.noise, validation: Self.otherNoise
    ) { report in
      seen.append(report.epoch)
      return report.epoch < 3
    }
    #expect(seen == [1, 2, 3])
    #expect(trained.history.map(\.epoch) == seen)
  }

  @Test("Training that diverges ends at once")
  func divergence() {
    let configuration = Self.changed { $0.learningRate = 1e38 }
    let trained = Trainer(configuration: configuration).train(
      training: Self.noise, validation: Self.otherNoise)
    #expect(trained.history.count < 4)
    #expect(trained.history.last?.validationError.isNaN == true)
  }

  @Test("The learning rate falls along half a cosine")
  func cosine() {
    let configuration = Self.changed { $0.cosineDecay = true }
    let rates = Trainer(configuration: configuration).train(
      training: Self.noise, validation: Self.none
    ).history.map { $0.learningRate / 0.02 }
    let half = 0.5.squareRoot()  // the cosine of 45 degrees
    for (rate, expected) in zip(rates, [1, (1 + half) / 2, 0.5, (1 - half) / 2]) {
      #expect(abs(rate - expected) < 1e-12)
    }
    #expect(rates.count == 4)
  }

  @Test("The weight average has the memory that it says")
  func weightAverage() {
    func network(_ value: Float) -> FeedForwardNetwork {
      FeedForwardNetwork(layers: [
        DenseParameters(inputs: 1, outputs: 1, weights: [value], bias: [-value])
      ])
    }
    var average = WeightAverage(of: network(0), decay: 0.24)
    average.follow(network(1))  // decay (1 + 1) / (10 + 1): 9/11
    #expect(largestError(flat(average.network.layers), [9.0 / 11, -9.0 / 11]) < 1e-6)
    average.follow(network(3))  // decay 0.24, as (1 + 2) / (10 + 2) is larger
    let expected = 0.24 * 9 / 11 + 0.76 * 3
    #expect(largestError(flat(average.network.layers), [expected, -expected]) < 1e-6)
  }
}
