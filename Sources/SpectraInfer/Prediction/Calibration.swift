/// How large errors are on materials that a network has not seen, learned from the validation
/// parts.
///
/// The numbers lie in memory of their own: what a model holds in place, the compiler copies.
struct Calibration: ~Copyable, Sendable {
  /// Of one property. The error's scale is sqrt(base^2 + (spreadWeight spread)^2 + (noveltyWeight
  /// d)^2), with the standard deviation of the ensemble's members and the distance d to the nearest
  /// reference.
  struct Property: Sendable, BitwiseCopyable {
    var base = 0.0
    var spreadWeight = 0.0
    var noveltyWeight = 0.0
    /// Quantiles of |error| / scale at 68 % and 95 %.
    var quantile68 = 0.0
    var quantile95 = 0.0

    /// Puts the error of the model and that of the measurement together, which are independent.
    ///
    /// The variances add up. Half widths are sqrt((q scale)^2 + (z measurement)^2): quantiles q are
    /// those of the model's errors, and z those of the normal distribution, which noise has.
    func estimate(
      value: Double, spread: Double, distance: Double, measurementVariance: Double
    ) -> Estimate {
      let (fromSpread, fromNovelty) = (spreadWeight * spread, noveltyWeight * distance)
      let variance = base * base + fromSpread * fromSpread + fromNovelty * fromNovelty
      let scale = variance.squareRoot()
      let (half68, half95) = (quantile68 * scale, quantile95 * scale)
      // Not by way of the squares, which would round.
      guard measurementVariance > 0 else {
        return Estimate(
          value: value, standardError: scale, halfWidth68: half68, halfWidth95: half95)
      }
      return Estimate(
        value: value, standardError: (variance + measurementVariance).squareRoot(),
        halfWidth68: (half68 * half68 + measurementVariance).squareRoot(),
        halfWidth95: (half95 * half95 + 1.96 * 1.96 * measurementVariance).squareRoot(),
        measurementError: measurementVariance.squareRoot())
    }
  }

  /// Number of the novelty quantiles: 0 %, 1 %, ... 100 %.
  static let noveltyCount = 101

  /// In the order of `MaterialProperty`.
  let properties: Storage<Property>
  /// Quantiles of the distance of a reference to the nearest one of another material, rising.
  let distances: Storage<Double>
  /// Novelty above which a spectrum is outside the reference domain.
  let flagLevel: Double

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
