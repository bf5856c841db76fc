import SpectraIO
import SpectraInfer

/// A dataset at the scale of the networks, and the scalings that brought it there.
struct ScaledSamples: Sendable {
  let featureScaling: Scaling
  let targetScaling: Scaling
  let samples: Samples

  /// Scales all rows by what the rows `seen` are like; no other row has a say.
  init(_ dataset: Dataset, fittedTo seen: [Int]) {
    let featureRows = seen.map { row in dataset.features.row(row).map { Double($0) } }
    let targets = dataset.sites.map { site in
      MaterialProperty.allCases.map { site.properties[$0] }
    }
    // On the absolute axis a few sites have their edge where nearly all others have nothing: with
    // the bare deviation as scale, such a site is thrown far outside of what the network has seen.
    featureScaling = Scaling(fittingColumnsOf: featureRows, floor: 0.1)
    targetScaling = Scaling(fittingColumnsOf: seen.map { targets[$0] }, floor: 1e-6)
    let (featureScaling, targetScaling) = (featureScaling, targetScaling)
    samples = Samples(
      features: Matrix(
        rows: dataset.count, columns: dataset.features.columns,
        values: (0..<dataset.count).flatMap { featureScaling.apply(dataset.features.row($0)) }),
      targets: Matrix(
        rows: dataset.count, columns: MaterialProperty.allCases.count,
        values: targets.flatMap { row in
          row.enumerated().map {
            Float(($0.element - targetScaling.mean[$0.offset]) / targetScaling.scale[$0.offset])
          }
        }))
  }
}
