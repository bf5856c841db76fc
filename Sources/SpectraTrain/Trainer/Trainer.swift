package import CKernels

/// Trains a network on scaled samples: Adam on the mean loss of shuffled batches, with
/// early stopping.
///
/// The same configuration and samples give the same bits. The seed is divided into one stream of
/// random numbers for each purpose, so that, say, noise on the features does not change the initial
/// weights.
public struct Trainer: Sendable {
  /// What to train and how.
  public let configuration: TrainingConfiguration
  /// How many threads share each batch, at most; the bits are the same with any number.
  public let threads: Int
  /// What it makes small.
  public let loss: Loss
  /// What it is computed on; the bits are the same with each kernel.
  package var kernel = spectra_kernel_best()

  /// A trainer. The configuration must have no `problem`.
  ///
  /// - Parameters:
  ///   - configuration: what to train and how.
  ///   - loss: what it makes small.
  ///   - threads: how many threads share each batch. More than one pay where a batch keeps them busy
  ///     for longer than it takes to wake them (wide layers, large batches), and where no other
  ///     training would use the processor.
  public init(
    configuration: TrainingConfiguration, loss: Loss = .absoluteError, threads: Int = 1
  ) {
    precondition(configuration.problem == nil, "The training configuration has a problem.")
    precondition(threads > 0, "Training needs a thread.")
    self.configuration = configuration
    self.loss = loss
    self.threads = threads
  }

  /// Trains one network.
  ///
  /// Training ends after `maximumEpochs`, after `patience` epochs without a better validation
  /// error, where the validation error is NaN (the training diverged), or when `epochFinished` says
  /// so. The network of the best epoch is returned. With no validation samples there is no early
  /// stopping, and the network of the last epoch is returned.
  ///
  /// - Parameters:
  ///   - training: samples to fit, at least one.
  ///   - validation: samples that choose the epoch, none of which should be of `training`.
  ///   - epochFinished: is told of each epoch; returns false to stop after it.
  public func train(
    training: Samples, validation: Samples, epochFinished: (EpochReport) -> Bool = { _ in true }
  ) -> TrainedNetwork {
    precondition(training.count > 0, "Training needs a sample.")
    var run = TrainingRun(configuration, training, loss: loss, threads: threads, kernel: kernel)
    var best = (network: run.current, epoch: 0, error: Double.nan)
    var history: [EpochReport] = []
    for epoch in 1...configuration.maximumEpochs {
      let learningRate = learningRate(in: epoch)
      let trainingError = run.epoch(over: training, learningRate: learningRate)
      let current = run.current
      let error = error(of: current, on: validation)
      let isBest = validation.count == 0 || best.epoch == 0 || error < best.error
      if isBest { best = (current, epoch, error) }
      let report = EpochReport(
        epoch: epoch, learningRate: learningRate, trainingError: trainingError,
        validationError: error, isBest: isBest)
      history.append(report)
      if !epochFinished(report) { break }
      let isDone = error.isNaN || epoch - best.epoch >= configuration.patience
      if validation.count > 0 && isDone { break }
    }
    return TrainedNetwork(
      network: best.network, bestEpoch: best.epoch, validationError: best.error, history: history)
  }

  private func error(of network: FeedForwardNetwork, on samples: Samples) -> Double {
    if samples.count == 0 { return .nan }
    let predicted = network.predict(samples.features, kernel: kernel)
    return MeanLoss(loss, predicted: predicted, expected: samples.targets).value
  }

  /// eta / 2 (1 + cos(pi (epoch - 1) / maximumEpochs)) with cosine decay: Loshchilov and Hutter,
  /// ICLR 2017, equation 5, without restarts.
  private func learningRate(in epoch: Int) -> Double {
    if !configuration.cosineDecay { return configuration.learningRate }
    let progress = Double(epoch - 1) / Double(configuration.maximumEpochs)
    return configuration.learningRate * (1 + cos(.pi * progress)) / 2
  }
}
