import SpectraIO
import SpectraInfer

/// Learns how large errors are from the validation part of each member, which that member has not
/// seen.
///
/// The scale of an error is sqrt(base^2 + spread^2) with the standard deviation of the members;
/// `base` is such that the mean square of error over scale is 1. The quantiles of |error| / scale
/// at 68 and 95 % are those of split conformal prediction, the ceil((n + 1) level)-th smallest of n
/// (Lei et al., J. Am. Stat. Assoc. 113 (2018) 1094), or the largest where n is too small for the
/// level. A single member errs more than the ensemble, which widens the intervals; early stopping
/// has chosen the epoch by these same spectra, which narrows them. What they hold on materials that
/// were kept out is measured by `spectra cross-validate`, and is a little below the levels.
package struct CalibrationFit {
  private let dataset: Dataset
  private let seen: [Int]
  private let splits: [Split]
  private let targetScaling: Scaling
  private let predicted: [Matrix]

  /// A fit to what the members predict.
  ///
  /// - Parameters:
  ///   - seen: rows that are not of the test part.
  ///   - splits: the split of each member.
  ///   - predicted: scaled predictions of each member for all rows.
  package init(
    dataset: Dataset, seen: [Int], splits: [Split], targetScaling: Scaling, predicted: [Matrix]
  ) {
    self.dataset = dataset
    self.seen = seen
    self.splits = splits
    self.targetScaling = targetScaling
    self.predicted = predicted
  }

  package var table: ModelDocument.CalibrationTable {
    ModelDocument.CalibrationTable(
      novelty: novelty, properties: MaterialProperty.allCases.map(calibration))
  }

  private func calibration(of property: MaterialProperty) -> ModelDocument.PropertyCalibration {
    let column = property.rawValue
    var residuals: [(error: Double, spread: Double)] = []
    for (member, split) in splits.enumerated() {
      for row in split.validation {
        let expected = dataset.sites[row].properties[property]
        if expected.isNaN { continue }
        let scaled = Double(predicted[member][row, column])
        let value = targetScaling.mean[column] + targetScaling.scale[column] * scaled
        residuals.append((value - expected, spread(row, column)))
      }
    }
    let base = base(of: residuals)
    let ratios = residuals.map { residual in
      let scale = (base * base + residual.spread * residual.spread).squareRoot()
      return residual.error.magnitude / scale
    }.sorted()
    return ModelDocument.PropertyCalibration(
      base: base, novelty_weight: 0, quantile_68: Self.conformalQuantile(ratios, 0.68),
      quantile_95: Self.conformalQuantile(ratios, 0.95), spread_weight: 1)
  }

  /// Standard deviation (n - 1) of the members, in the property's unit.
  private func spread(_ row: Int, _ column: Int) -> Double {
    let values = predicted.map { Double($0[row, column]) }
    guard values.count > 1 else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return targetScaling.scale[column] * (squares / Double(values.count - 1)).squareRoot()
  }

  /// The base at which the mean of error^2 / (base^2 + spread^2) is 1, by bisection.
  private func base(of residuals: [(error: Double, spread: Double)]) -> Double {
    let largest = residuals.map(\.error.magnitude).max() ?? 0
    var (low, high) = (1e-6 * largest, 2 * largest)
    guard largest > 0 else { return 1e-9 }
    for _ in 0..<60 {
      let middle = (low + high) / 2
      let sum = residuals.reduce(0) { sum, residual in
        sum + residual.error * residual.error
          / (middle * middle + residual.spread * residual.spread)
      }
      if sum > Double(residuals.count) { low = middle } else { high = middle }
    }
    return high
  }

  static func conformalQuantile(_ sorted: [Double], _ level: Double) -> Double {
    guard !sorted.isEmpty else { return 1 }
    let rank = Int((level * Double(sorted.count + 1)).rounded(.up))
    return sorted[min(rank, sorted.count) - 1]
  }

  private var novelty: ModelDocument.Novelty {
    ModelDocument.Novelty(
      distances: Self.noveltyDistances(of: seen, in: dataset), flag_level: 0.95)
  }

  /// Quantiles of the distance of each reference to the nearest one of another group.
  static func noveltyDistances(of references: [Int], in dataset: Dataset) -> [Double] {
    let distances = references.map { row in
      references.filter { dataset.sites[$0].group != dataset.sites[row].group }
        .map { dataset.features.distance(row, $0) }.min() ?? 0
    }.sorted()
    return percentiles(of: distances)
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
