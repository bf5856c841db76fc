import SpectraIO
import SpectraInfer

/// A dataset at the scale of the networks, and the scalings that brought it there.
struct ScaledSamples: Sendable {
  let featureScaling: Scaling
  let targetScaling: Scaling
  /// The spectra as they were simulated.
  let samples: Samples
  /// The same spectra, measured several times, for training; without augmentation the spectra as
  /// they were simulated.
  let views: Samples

  /// Scales all rows by what the simulated rows `seen` are like; no other row has a say.
  init(_ dataset: Dataset, _ augmented: AugmentedViews?, fittedTo seen: [Int]) {
    let targets = dataset.sites.map { Self.values($0.properties) }
    featureScaling = Self.featureScaling(dataset.features, fittedTo: seen)
    targetScaling = Scaling(fittingColumnsOf: seen.map { targets[$0] }, floor: 1e-6)
    samples = Self.scale(dataset.features, targets, featureScaling, targetScaling, viewCount: 1)
    views =
      augmented.map { [featureScaling, targetScaling] augmented in
        Self.scale(
          augmented.features, augmented.properties.map(Self.values), featureScaling,
          targetScaling, viewCount: augmented.viewCount)
      } ?? samples
  }

  /// The scaling of features by what the rows `seen` are like.
  static func featureScaling(_ features: Matrix, fittedTo seen: [Int]) -> Scaling {
    let rows = seen.map { row in features.row(row).map { Double($0) } }
    // On the absolute axis a few sites have their edge where nearly all others have nothing: with
    // the bare deviation as scale, such a site is thrown far outside of what the network has seen.
    return Scaling(fittingColumnsOf: rows, floor: 0.1)
  }

  private static func values(_ properties: PropertyValues) -> [Double] {
    MaterialProperty.allCases.map { properties[$0] }
  }

  private static func scale(
    _ features: Matrix, _ targets: [[Double]], _ featureScaling: Scaling, _ targetScaling: Scaling,
    viewCount: Int
  ) -> Samples {
    Samples(
      features: Matrix(
        rows: features.rows, columns: features.columns,
        values: featureScaling.apply(to: features).values),
      targets: Matrix(
        rows: targets.count, columns: MaterialProperty.allCases.count,
        values: targets.flatMap { row in
          row.enumerated().map {
            Float(($0.element - targetScaling.mean[$0.offset]) / targetScaling.scale[$0.offset])
          }
        }),
      viewCount: viewCount)
  }
}
