import CKernels

/// The state of a training between two epochs.
struct TrainingRun {
  private let configuration: TrainingConfiguration
  private let loss: Loss
  private var network: FeedForwardNetwork
  private var average: WeightAverage?
  private var backpropagation: Backpropagation
  private var optimizer: Adam
  private var order: [Int]
  private var features: Matrix
  private var targets: Matrix
  private var orderGenerator: SeededGenerator
  private var dropoutGenerator: SeededGenerator
  private var noiseGenerator: SeededGenerator
  private var viewGenerator: SeededGenerator

  init(
    _ configuration: TrainingConfiguration, _ training: Samples, loss: Loss, threads: Int,
    kernel: spectra_kernel
  ) {
    let generator = SeededGenerator(seed: configuration.seed)
    var weightGenerator = generator.stream(0)
    orderGenerator = generator.stream(1)
    dropoutGenerator = generator.stream(2)
    noiseGenerator = generator.stream(3)
    viewGenerator = generator.stream(4)
    let network = FeedForwardNetwork(
      inputs: training.features.columns, hidden: configuration.hidden,
      outputs: training.targets.columns, generator: &weightGenerator)
    self.configuration = configuration
    self.loss = loss
    self.network = network
    average =
      configuration.weightAveraging > 0
      ? WeightAverage(of: network, decay: configuration.weightAveraging) : nil
    backpropagation = Backpropagation(
      for: network, batchSize: min(configuration.batchSize, training.count),
      dropout: configuration.dropout, loss: loss, threads: threads, kernel: kernel)
    optimizer = Adam(
      learningRate: configuration.learningRate, l2: configuration.l2,
      weightDecay: configuration.weightDecay)
    optimizer.kernel = kernel
    order = Array(0..<training.count)
    features = training.features.selecting(rows: [])
    targets = training.targets.selecting(rows: [])
  }

  /// The network as it would be used now.
  var current: FeedForwardNetwork { average?.network ?? network }

  /// Trains on one view of all samples once, in a new random order, and returns the error over the
  /// batches.
  mutating func epoch(over training: Samples, learningRate: Double) -> Double {
    optimizer.learningRate = learningRate
    orderGenerator.shuffle(&order)
    var error = MeanLoss(loss)
    for first in stride(from: 0, to: order.count, by: configuration.batchSize) {
      let samples = order[first..<min(first + configuration.batchSize, order.count)]
      let indices = samples.map { sample in
        training.viewCount == 1
          ? sample
          : sample * training.viewCount + viewGenerator.index(below: training.viewCount)
      }
      features.copy(rows: indices, of: training.features)
      targets.copy(rows: indices, of: training.targets)
      addNoise()
      error += backpropagation.run(
        network, features: features, targets: targets, generator: &dropoutGenerator)
      optimizer.update(&network, along: backpropagation.gradient)
      average?.follow(network)
    }
    return error.value
  }

  private mutating func addNoise() {
    if configuration.featureNoise == 0 { return }
    for index in features.values.indices {
      features.values[index] += Float(configuration.featureNoise * noiseGenerator.normal())
    }
  }
}
