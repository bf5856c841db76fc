import SpectraIO
package import SpectraInfer

/// Learns how large errors are from predictions of spectra by networks that have not seen them.
///
/// The size of an error is that of `ErrorScale`. The quantiles of |error| / scale at 68 and 95 % are
/// those of split conformal prediction, the ceil((n + 1) level)-th smallest of n (Lei et al., J. Am.
/// Stat. Assoc. 113 (2018) 1094), or the largest where n is too small for the level; each of the
/// `DistanceThirds` has its own.
package struct CalibrationFit: Sendable {
  /// Percent of the references beyond whose distances a spectrum is flagged by its distance alone.
  static let flagPercent = 99

  private let dataset: Dataset
  private let seen: [Int]
  private let unseen: [UnseenPrediction]

  /// A fit.
  ///
  /// - Parameters:
  ///   - seen: rows that are not of the test part.
  ///   - unseen: predictions of such rows by networks that have not seen them.
  package init(dataset: Dataset, seen: [Int], unseen: [UnseenPrediction]) {
    self.dataset = dataset
    self.seen = seen
    self.unseen = unseen
  }

  package var table: ModelDocument.CalibrationTable {
    let thirds = thirds()
    return ModelDocument.CalibrationTable(
      novelty: novelty,
      properties: MaterialProperty.allCases.map { Self.calibration(residuals($0), thirds) },
      quantile_distances: thirds.medians)
  }

  /// How often the intervals hold: each fold is tried with what the other folds have taught.
  package var coverage: CoverageTable {
    var cases = unseen.map { CoverageTable.Case(novelty: $0.distance) }
    for fold in Set(unseen.map(\.fold)) {
      let thirds = thirds(without: fold)
      for property in MaterialProperty.allCases {
        let taught = Self.calibration(residuals(property, without: fold), thirds)
        for (index, prediction) in unseen.enumerated() where prediction.fold == fold {
          guard let residual = Self.residual(prediction, property) else { continue }
          let scale = taught.scale.scale(spread: residual.spread, distance: residual.distance)
          func holds(_ quantiles: [Double]) -> Bool {
            residual.magnitude <= scale * thirds.interpolated(quantiles, at: residual.distance)
          }
          cases[index][property] = CoverageTable.Within(
            interval68: holds(taught.quantiles_68), interval95: holds(taught.quantiles_95))
        }
      }
    }
    return CoverageTable(cases)
  }

  private func thirds(without fold: Int? = nil) -> DistanceThirds {
    DistanceThirds(of: unseen.filter { $0.fold != fold }.map(\.distance))
  }

  /// The errors of the spectra that have the property.
  package func residuals(
    _ property: MaterialProperty, without fold: Int? = nil
  ) -> [ErrorScale.Residual] {
    unseen.filter { $0.fold != fold }.compactMap { Self.residual($0, property) }
  }

  private static func residual(
    _ prediction: UnseenPrediction, _ property: MaterialProperty
  ) -> ErrorScale.Residual? {
    let error = prediction.errors[property]
    return error.isNaN
      ? nil
      : ErrorScale.Residual(
        magnitude: error.magnitude, spread: prediction.spreads[property],
        distance: prediction.distance)
  }

  private static func calibration(
    _ residuals: [ErrorScale.Residual], _ thirds: DistanceThirds
  ) -> ModelDocument.PropertyCalibration {
    let scale = ErrorScale(fittedTo: residuals)
    let ratios = residuals.map {
      let size = scale.scale(spread: $0.spread, distance: $0.distance)
      return (ratio: $0.magnitude / size, distance: $0.distance)
    }
    return ModelDocument.PropertyCalibration(
      base: scale.base, novelty_weight: scale.noveltyWeight,
      quantiles_68: thirds.quantiles(of: ratios) { conformalQuantile($0, 0.68) },
      quantiles_95: thirds.quantiles(of: ratios) { conformalQuantile($0, 0.95) },
      spread_weight: scale.spreadWeight)
  }

  static func conformalQuantile(_ sorted: [Double], _ level: Double) -> Double {
    guard !sorted.isEmpty else { return 1 }
    let rank = Int((level * Double(sorted.count + 1)).rounded(.up))
    return sorted[min(rank, sorted.count) - 1]
  }

  // What is unlike the references is told by networks (`DomainTrainer`) and by the shapes of spectra
  // (`ReferenceShapes`). The distance of single intensities, which tells less, flags only
  // what is beyond nearly all of the references.
  private var novelty: ModelDocument.Novelty {
    ModelDocument.Novelty(
      distances: Self.noveltyDistances(of: seen, in: dataset),
      flag_level: Double(Self.flagPercent) / 100)
  }

  /// Quantiles of the distance of each reference to the nearest one of another group.
  static func noveltyDistances(of references: [Int], in dataset: Dataset) -> [Double] {
    percentiles(
      of: distancesToOtherGroups(of: references, in: dataset, by: dataset.features).sorted())
  }

  /// The distance of each reference to the nearest one of another group; 0 where there is none.
  ///
  /// - Parameter spectra: one row for each spectrum of the dataset.
  static func distancesToOtherGroups(
    of references: [Int], in dataset: Dataset, by spectra: Matrix
  ) -> [Double] {
    references.map { row in
      references.filter { dataset.sites[$0].group != dataset.sites[row].group }
        .map { spectra.distance(row, $0) }.min() ?? 0
    }
  }

  /// The quantiles 0 %, 1 %, ... 100 % of sorted numbers, linear between the order statistics (type
  /// 7 of Hyndman and Fan, Am. Stat. 50 (1996) 361).
  package static func percentiles(of sorted: [Double]) -> [Double] {
    (0...100).map { percent in
      let place = Double(percent) / 100 * Double(sorted.count - 1)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
  }
}
