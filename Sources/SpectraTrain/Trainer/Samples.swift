/// Scaled features and targets of the same spectra, row by row.
public struct Samples: Sendable, Equatable {
  /// `[count][inputs]`.
  public let features: Matrix
  /// `[count][outputs]`; NaN where missing.
  public let targets: Matrix

  /// Samples of as many features as targets.
  public init(features: Matrix, targets: Matrix) {
    precondition(features.rows == targets.rows, "Each row of features needs a row of targets.")
    self.features = features
    self.targets = targets
  }

  /// Number of samples.
  public var count: Int { features.rows }

  /// The samples with these indices, in this order.
  public func selecting(_ indices: some Collection<Int>) -> Samples {
    Samples(features: features.selecting(rows: indices), targets: targets.selecting(rows: indices))
  }
}
