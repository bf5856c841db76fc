/// How large errors are on materials that a network has not seen, learned from the validation
/// parts.
///
/// The numbers lie in memory of their own: what a model holds in place, the compiler copies.
struct Calibration: ~Copyable, Sendable {
  /// The error's scale is sqrt(base^2 + (spreadWeight spread)^2 + (noveltyWeight d)^2), with the
  /// standard deviation of the ensemble's members and the distance d to the nearest reference.
  struct ErrorScales: Sendable, BitwiseCopyable {
    var base = PropertyLanes.zero
    var spreadWeight = PropertyLanes.zero
    var noveltyWeight = PropertyLanes.zero
  }

  /// Quantiles of |error| / scale, at a distance to the nearest reference: errors near the
  /// references have another distribution than those far away (docs/decisions/0005).
  struct ErrorQuantiles: Sendable, BitwiseCopyable {
    var distance = 0.0
    var at68 = PropertyLanes.zero
    var at95 = PropertyLanes.zero

    /// On the straight line to other quantiles, `part` of the way, 0 to 1.
    ///
    /// Each product rises with its quantile, rounded or not: the one at 95 % is nowhere below that at
    /// 68 %, which a + part (b - a) would not promise.
    @inline(__always)
    func blended(with other: Self, _ part: Double) -> Self {
      let rest = 1 - part
      return Self(
        distance: rest * distance + part * other.distance,
        at68: rest * at68 + part * other.at68, at95: rest * at95 + part * other.at95)
    }
  }

  /// Number of the novelty quantiles: 0 %, 1 %, ... 100 %.
  static let noveltyCount = 101

  /// One entry.
  let errorScales: Storage<ErrorScales>
  /// At rising distances; at least one.
  let errorQuantiles: Storage<ErrorQuantiles>
  /// Quantiles of the distance of a reference to the nearest one of another material, rising.
  let distances: Storage<Double>
  /// Novelty above which a spectrum is outside the reference domain.
  let flagLevel: Double

  /// Puts the error of the model and that of the measurement together, which are independent.
  ///
  /// The variances add up. Half widths are sqrt((q scale)^2 + (z measurement)^2): quantiles q are
  /// those of the model's errors, and z those of the normal distribution, which noise has.
  ///
  /// - Parameter measurementVariance: nil for features, which have no noise.
  @inline(__always)
  func estimate(
    _ value: PropertyLanes, spread: PropertyLanes, distance: Double,
    measurementVariance: PropertyLanes?
  ) -> EstimateLanes {
    let scales = errorScales.span[0]
    let fromSpread = scales.spreadWeight * spread
    let fromNovelty = scales.noveltyWeight * distance
    let variance = scales.base * scales.base + fromSpread * fromSpread + fromNovelty * fromNovelty
    let scale = variance.squareRoot()
    let quantiles = quantiles(at: distance)
    var estimate = EstimateLanes(
      value: value, standardError: scale, halfWidth68: quantiles.at68 * scale,
      halfWidth95: quantiles.at95 * scale)
    if let measurementVariance {
      estimate.widen(by: measurementVariance, modelVariance: variance)
    }
    return estimate
  }

  /// The quantiles on the straight lines between the distances that have some; beyond them those of
  /// the first and of the last.
  @inline(__always)
  private func quantiles(at distance: Double) -> ErrorQuantiles {
    let known = errorQuantiles.span
    var upper = 0
    while upper < known.count, known[upper].distance < distance { upper += 1 }
    guard upper > 0 else { return known[0] }
    guard upper < known.count else { return known[upper - 1] }
    let (below, above) = (known[upper - 1], known[upper])
    return below.blended(
      with: above, (distance - below.distance) / (above.distance - below.distance))
  }

  /// Share of the references that are at most `distance` from the nearest other material, 0 to 1.
  ///
  /// Beyond the largest such distance it is 1, as for infinitely far.
  func novelty(of distance: Double) -> Double {
    let distances = distances.span
    guard distance > distances[0] else { return 0 }
    guard distance < distances[Self.noveltyCount - 1] else { return 1 }
    var upper = 1
    while distances[upper] < distance { upper += 1 }
    let width = distances[upper] - distances[upper - 1]
    let part = width > 0 ? (distance - distances[upper - 1]) / width : 0
    return (Double(upper - 1) + part) / Double(Self.noveltyCount - 1)
  }
}
