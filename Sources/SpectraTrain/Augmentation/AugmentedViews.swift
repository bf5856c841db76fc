import SpectraIO
public import SpectraInfer

/// Every spectrum of a dataset, measured several times under conditions drawn at random.
///
/// They are made once for all members and folds; which rows a network may learn from is the split's
/// affair. A mixture of sites never leaves its material.
public struct AugmentedViews: Sendable {
  /// Measurements of each spectrum; the first is the dataset's own.
  public let viewCount: Int
  /// Prepared intensities, `[rows * viewCount][grid points]`, the views of a row side by side.
  public let features: Matrix
  /// Properties of what was measured, `[rows * viewCount]`.
  public let properties: [PropertyValues]

  // An edge that is lost in the noise is measured again, which favours the doses that show it.
  private static let attempts = 5

  /// Measures all rows of `dataset`.
  ///
  /// Each row has random numbers of its own, so that the views do not depend on the number of
  /// threads, nor those of a row on the other rows.
  public init(_ dataset: Dataset, _ augmentation: Augmentation) {
    precondition(augmentation.viewCount >= 1, "Each spectrum needs a view.")
    let sigmas = augmentation.broadeningSigmas(of: dataset.preprocessor.broadeningSigma)
    let simulator = MeasurementSimulator(dataset, broadeningSigmas: sigmas)
    let views = Parallel.map(0..<dataset.count) { row in
      let clean = MeasurementSimulator.Measurement(
        features: Array(dataset.features.row(row)), properties: dataset.sites[row].properties)
      var generator = SeededGenerator(seed: augmentation.seed).stream(UInt64(row))
      return [clean]
        + (1..<augmentation.viewCount).map { _ in
          for _ in 0..<Self.attempts {
            let conditions = augmentation.draw(sigmas, generator: &generator)
            if let view = try? simulator.measure(row: row, conditions, generator: &generator) {
              return view
            }
          }
          return clean
        }
    }
    let all = views.flatMap { $0 }
    viewCount = augmentation.viewCount
    features = Matrix(
      rows: all.count, columns: dataset.features.columns, values: all.flatMap(\.features))
    properties = all.map(\.properties)
  }
}
