public import SpectraInfer

/// Where a model errs most, among spectra that it has not seen.
public struct FailureAnalysis: Sendable {
  /// The ten largest errors of each property.
  public let worst: [WorstSpectrum]
  /// The spectra of these errors: those first that are among the worst of most properties, of as
  /// many, those with the largest relative error.
  public let failures: [Failure]

  /// Analyses predictions of rows that the model has not seen.
  ///
  /// - Throws: `SpectraError` where a spectrum cannot be predicted.
  public init(
    of rows: [Int], _ dataset: Dataset, model: borrowing Model
  ) throws(SpectraError) {
    let predictions = try model.predictions(for: rows, of: dataset)
    let errors = ErrorTable(predictions)
    worst = WorstSpectrum.all(of: predictions, errors)
    var failures: [Failure] = []
    for (row, prediction) in zip(rows, predictions) {
      let own = worst.filter { $0.prediction.spectrum == prediction.spectrum }
      if own.isEmpty { continue }
      failures.append(
        Failure(
          own, of: prediction, neighbors: try model.neighbors(of: row, dataset),
          similarWithin: model.similarWithin, errors: errors))
    }
    self.failures = failures.sorted { Self.order($0) < Self.order($1) }
  }

  private static func order(_ failure: Failure) -> (Int, Double, String) {
    let largest = failure.worst.map(\.relativeError).max() ?? 0
    return (-failure.worst.count, -largest, failure.prediction.spectrum)
  }
}
