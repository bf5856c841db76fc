import SpectraInfer

/// Where a model errs most, among spectra that it has not seen.
public struct FailureAnalysis: Sendable {
  /// The ten largest errors of each property.
  public let worst: [WorstSpectrum]
  /// The spectra of these errors: those first that are among the worst of most properties, of as
  /// many, those with the largest relative error.
  public let failures: [Failure]

  /// What the model of a prediction has learned from, near to the spectrum.
  typealias Surroundings = (neighbors: [ReferenceNeighbor], similarWithin: Double)

  /// Analyses predictions of spectra that their models have not seen.
  init(
    of predictions: [SpectrumPrediction],
    surroundings: (SpectrumPrediction) throws -> Surroundings
  ) rethrows {
    let errors = ErrorTable(predictions)
    worst = WorstSpectrum.all(of: predictions, errors)
    var failures: [Failure] = []
    for prediction in predictions {
      let own = worst.filter { $0.prediction.spectrum == prediction.spectrum }
      if own.isEmpty { continue }
      let (neighbors, similarWithin) = try surroundings(prediction)
      failures.append(
        Failure(
          own, of: prediction, neighbors: neighbors, similarWithin: similarWithin, errors: errors))
    }
    self.failures = failures.sorted { Self.order($0) < Self.order($1) }
  }

  private static func order(_ failure: Failure) -> (Int, Double, String) {
    let largest = failure.worst.map(\.relativeError).max() ?? 0
    return (-failure.worst.count, -largest, failure.prediction.spectrum)
  }
}
