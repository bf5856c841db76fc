internal import CKernels

/// How large errors are on materials that a network has not seen, learned from the validation
/// parts.
///
/// The numbers lie in memory of their own: what a model holds in place, the compiler copies.
struct Calibration: ~Copyable, Sendable {
  /// From the outputs of the networks to values and errors, in the unit of each property.
  struct Rule: Sendable, BitwiseCopyable {
    /// The value is targetMean + targetScale x, with the mean output x.
    var targetMean = PropertyLanes.zero
    var targetScale = PropertyLanes.zero
    /// The square of the error's scale is base + spread u + novelty d^2, with the variance u of the
    /// outputs of the ensemble's members and the distance d to the nearest reference.
    var base = PropertyLanes.zero
    var spread = PropertyLanes.zero
    var novelty = PropertyLanes.zero
  }

  /// Quantiles of |error| / scale, at a distance to the nearest reference: errors near the
  /// references have another distribution than those far away (docs/decisions/0005).
  struct ErrorQuantiles: Sendable, BitwiseCopyable {
    var at68 = PropertyLanes.zero
    var at95 = PropertyLanes.zero
    var distance = 0.0
  }

  /// Number of the novelty quantiles: 0 %, 1 %, ... 100 %.
  static let noveltyCount = 101

  /// One entry.
  let rule: Storage<Rule>
  /// At rising distances; at least one.
  let errorQuantiles: Storage<ErrorQuantiles>
  /// Quantiles of the distance of a reference to the nearest one of another material, rising.
  let distances: Storage<Double>
  /// Novelty above which a spectrum is outside the reference domain.
  let flagLevel: Double
  let kernel: spectra_kernel

  /// What the outputs of the networks are multiplied with.
  var targetScale: PropertyLanes { rule.span[0].targetScale }

  /// Puts the error of the model and that of the measurement together, which are independent
  /// (`spectra_estimate` says how).
  ///
  /// - Parameters:
  ///   - outputs: of the first member from index `start` on, of the others `stride` floats apart.
  ///   - distance: to the nearest reference.
  ///   - variances: of the properties from the noise of the measurement; 0 without any.
  /// - Returns: whether the outputs are finite; there are estimates only then.
  func estimate(
    _ outputs: borrowing Region<Float>, from start: Int, stride: Int, memberCount: Int,
    distance: Double, variances: PropertyLanes, into estimates: inout InlineArray<6, Estimate>
  ) -> Bool {
    Self.checkLayout()
    let rule = unsafe rule.start.assumingMemoryBound(to: spectra_estimate_rule.self)
    let known = unsafe errorQuantiles.start.assumingMemoryBound(to: spectra_error_quantiles.self)
    return unsafe withUnsafeBytes(of: variances) { variances in
      var evidence = unsafe spectra_evidence(
        outputs: outputs.start + start, networks: memberCount, stride: stride, distance: distance,
        variances: variances.assumingMemoryBound(to: Double.self).baseAddress)
      return unsafe withUnsafeMutableBytes(of: &estimates) {
        unsafe spectra_estimate(
          kernel, rule, errorQuantiles.count, known, &evidence,
          $0.assumingMemoryBound(to: Double.self).baseAddress)
      }
    }
  }

  /// The kernel sees these as its own types; constants, which cost nothing.
  @inline(__always)
  private static func checkLayout() {
    precondition(MemoryLayout<Rule>.size == MemoryLayout<spectra_estimate_rule>.size)
    precondition(
      MemoryLayout<ErrorQuantiles>.stride == MemoryLayout<spectra_error_quantiles>.stride)
    precondition(
      MemoryLayout<InlineArray<6, Estimate>>.size
        == Int(SPECTRA_SCALARS_USED * SPECTRA_ESTIMATE_NUMBERS) * MemoryLayout<Double>.size)
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
