/// Scaled features and targets of the same spectra, row by row.
public struct Samples: Sendable, Equatable {
  /// `[count * viewCount][inputs]`.
  public let features: Matrix
  /// `[count * viewCount][outputs]`; NaN where missing.
  public let targets: Matrix
  /// Rows of each sample, side by side: the same spectrum, measured several times. An epoch of
  /// training sees one of them, drawn at random.
  public let viewCount: Int

  /// Samples of as many features as targets.
  public init(features: Matrix, targets: Matrix, viewCount: Int = 1) {
    precondition(features.rows == targets.rows, "Each row of features needs a row of targets.")
    precondition(
      viewCount > 0 && features.rows % viewCount == 0, "Each sample has the same number of views.")
    self.features = features
    self.targets = targets
    self.viewCount = viewCount
  }

  /// Number of samples.
  public var count: Int { features.rows / viewCount }

  /// The samples with these indices, in this order, with all their views or the first few.
  public func selecting(_ indices: some Collection<Int>, views: Int? = nil) -> Samples {
    let kept = min(views ?? viewCount, viewCount)
    let rows = indices.flatMap { index in (0..<kept).map { index * viewCount + $0 } }
    return Samples(
      features: features.selecting(rows: rows), targets: targets.selecting(rows: rows),
      viewCount: kept)
  }
}
