/// How large the errors of one predictor in one property are, in the property's unit.
public struct ErrorMeasures: Sendable, Equatable {
  /// Number of spectra that have the property.
  public let count: Int
  /// Mean of the absolute errors.
  public let meanAbsolute: Double
  /// Square root of the mean of the squared errors.
  public let rootMeanSquare: Double
  /// Coefficient of determination, 1 - sum (true - predicted)^2 / sum (true - mean of the true
  /// values)^2: 1 for perfect predictions, 0 for those no better than that mean, which knows the
  /// tested values, and below zero for worse ones. NaN where all true values are the same.
  public let r2: Double
  /// The absolute error that 95 of 100 do not exceed: the quantile of type 7 (Hyndman and Fan, Am.
  /// Stat. 50 (1996) 361), linear between two of the errors, as `numpy.percentile` computes it.
  public let percentile95: Double

  /// Measures the errors of predictions of true values; those that are NaN are left out. All but
  /// the count are NaN where nothing is left, or a prediction is NaN.
  public init(expected: [Double], predicted: [Double]) {
    precondition(expected.count == predicted.count, "Each true value needs a prediction.")
    let pairs = zip(expected, predicted).filter { !$0.0.isNaN }
    let count = Double(pairs.count)
    let errors = pairs.map { ($0.1 - $0.0).magnitude }
    let mean = pairs.reduce(0) { $0 + $1.0 } / count
    let squares = errors.reduce(0) { $0 + $1 * $1 }
    let scatter = pairs.reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) }
    self.count = pairs.count
    meanAbsolute = errors.reduce(0, +) / count
    rootMeanSquare = (squares / count).squareRoot()
    r2 = scatter > 0 ? 1 - squares / scatter : .nan
    let isKnown = !errors.isEmpty && !errors.contains { $0.isNaN }
    percentile95 = isKnown ? CalibrationFit.percentiles(of: errors.sorted())[95] : .nan
  }
}
