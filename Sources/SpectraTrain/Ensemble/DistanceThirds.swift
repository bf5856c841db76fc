/// Thirds of the predictions by the distance to the nearest reference, each with quantiles of its
/// own: errors near the references are no smaller copy of those far away.
///
/// This is Mondrian conformal prediction (Vovk, Gammerman and Shafer, Algorithmic Learning in a
/// Random World, 2005, section 4.5), made continuous: a third's quantile stands at its median
/// distance, with straight lines between, so that a map of intervals has no steps. How well it holds
/// is in docs/decisions/0005.
struct DistanceThirds: Sendable, Equatable {
  /// Fewer distances are not divided: a quantile at 95 % wants 19 ratios, and some more to be sure of.
  static let countMinimum = 90
  /// Ratios of a third that a quantile is taken of; with fewer, those of all thirds.
  private static let ratioCountMinimum = 20

  /// Where the second and the last third begin; empty where there is one part only.
  private let bounds: [Double]
  /// The median distance of each part, in the unit of the features, rising.
  let medians: [Double]

  /// Divides distances; those that are equal to the first of a third are all in it.
  init(of distances: [Double]) {
    let sorted = distances.sorted()
    func median(_ part: Range<Int>) -> Double { sorted[(part.lowerBound + part.upperBound) / 2] }
    let starts = [0, sorted.count / 3, 2 * sorted.count / 3, sorted.count]
    if sorted.count >= Self.countMinimum {
      let medians = (0..<3).map { median(starts[$0]..<starts[$0 + 1]) }
      if medians[0] < medians[1], medians[1] < medians[2] {
        self.medians = medians
        bounds = [sorted[starts[1]], sorted[starts[2]]]
        return
      }
    }
    bounds = []
    medians = [sorted.isEmpty ? 0 : median(0..<sorted.count)]
  }

  /// The part that a distance is in: 0 for the nearest.
  func part(of distance: Double) -> Int { bounds.count { $0 <= distance } }

  /// A quantile of the ratios of each part.
  ///
  /// - Parameters:
  ///   - ratios: with the distance of each.
  ///   - quantile: of sorted ratios.
  func quantiles(
    of ratios: [(ratio: Double, distance: Double)], _ quantile: ([Double]) -> Double
  ) -> [Double] {
    var parts = [[Double]](repeating: [], count: medians.count)
    for entry in ratios { parts[part(of: entry.distance)].append(entry.ratio) }
    return parts.map { part in
      let isEnough = parts.count == 1 || part.count >= Self.ratioCountMinimum
      return quantile((isEnough ? part : ratios.map(\.ratio)).sorted())
    }
  }

  /// The quantile at a distance, as a model of format 2 has it: on the straight lines between the
  /// medians, and that of the first or last one beyond them.
  func interpolated(_ quantiles: [Double], at distance: Double) -> Double {
    guard let upper = medians.firstIndex(where: { $0 >= distance }) else {
      return quantiles[quantiles.count - 1]
    }
    guard upper > 0 else { return quantiles[0] }
    let part = (distance - medians[upper - 1]) / (medians[upper] - medians[upper - 1])
    return (1 - part) * quantiles[upper - 1] + part * quantiles[upper]
  }
}
