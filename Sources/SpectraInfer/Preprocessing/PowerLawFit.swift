internal import CKernels

/// A straight line in x = ln(E / center) whose exponential is fitted to Poisson counts.
struct PowerLawFit {
  /// Variances of level and slope, and their covariance.
  typealias Covariance = (level: Double, slope: Double, mixed: Double)

  private static let iterationMaximum = 50

  static var failed: SpectraError {
    SpectraError(
      .backgroundFit,
      "no power law describes the window before the edge; choose another background window")
  }

  private(set) var level: Double
  private(set) var slope: Double
  /// Scaled by the dispersion.
  private(set) var covariance: Covariance = (0, 0, 0)
  /// Pearson's chi^2 over its degrees of freedom.
  private(set) var dispersion = 0.0
  /// Relative residual slope per unit of x at the last channel, of a parabola in x.
  private(set) var curvatureSlope = 0.0
  /// The parabola's coefficient in its standard errors.
  private(set) var curvatureSignificance = 0.0

  /// Fits `counts` over `x` in `channels`.
  ///
  /// - Throws: `.backgroundWindow` without intensity; `.backgroundFit` where it does not converge.
  init(_ counts: Span<Double>, _ x: Span<Double>, _ channels: Range<Int>) throws(SpectraError) {
    (level, slope) = try Self.start(counts, x, channels)
    // Newton's method doubles the digits: the last step tells them, and one more is not needed.
    for _ in 0..<Self.iterationMaximum {
      var sums = Sums()
      forEach(counts, x, channels) { sums.add($0, residual: $1, $2) }
      let determinant = sums.w * sums.wxx - sums.wx * sums.wx
      guard determinant > 0, determinant.isFinite else { throw Self.failed }
      let levelStep = (sums.wxx * sums.r - sums.wx * sums.rx) / determinant
      let slopeStep = (sums.w * sums.rx - sums.wx * sums.r) / determinant
      level += levelStep
      slope += slopeStep
      guard level.isFinite, slope.isFinite else { throw Self.failed }
      guard max(levelStep.magnitude, slopeStep.magnitude) >= 1e-7 else {
        test(sums, counts, x, channels)
        guard dispersion.isFinite else { throw Self.failed }
        let scale = dispersion / determinant
        covariance = (scale * sums.wxx, scale * sums.w, -scale * sums.wx)
        return
      }
    }
    throw Self.failed
  }

  /// ln of the expected counts; a wild step must not overflow: it then fails to converge and is
  /// refused.
  private func exponent(at x: Double) -> Double { min(max(level + slope * x, -300), 300) }

  /// Calls `body` with the expected counts of each channel, the counts less these, and x.
  @inline(__always)
  private func forEach(
    _ counts: Span<Double>, _ x: Span<Double>, _ channels: Range<Int>,
    _ body: (_ expected: Double, _ residual: Double, _ x: Double) -> Void
  ) {
    var exponential = LocalExpansion.Exponential()
    var channel = channels.lowerBound
    while channel + 1 < channels.upperBound {
      let (one, other) = (x[channel], x[channel + 1])
      let expected = exponential(SIMD2(exponent(at: one), exponent(at: other)))
      body(expected[0], counts[channel] - expected[0], one)
      body(expected[1], counts[channel + 1] - expected[1], other)
      channel += 2
    }
    guard channel < channels.upperBound else { return }
    let expected = exponential(exponent(at: x[channel]))
    body(expected, counts[channel] - expected, x[channel])
  }

  /// Sums over the window, weighted by the expected counts.
  private struct Sums {
    var (w, wx, wxx, wxxx, r, rx) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    mutating func add(_ expected: Double, residual: Double, _ x: Double) {
      let first = expected * x
      let second = first * x
      w += expected
      wx += first
      wxx += second
      wxxx += second * x
      r += residual
      rx += residual * x
    }
  }

  /// The line through the means of the two halves of the window.
  private static func start(
    _ counts: Span<Double>, _ x: Span<Double>, _ channels: Range<Int>
  ) throws(SpectraError) -> (level: Double, slope: Double) {
    let middle = channels.lowerBound + channels.count / 2
    var (low, high) = (0.0, 0.0)
    for channel in channels.lowerBound..<middle { low += counts[channel] }
    for channel in middle..<channels.upperBound { high += counts[channel] }
    guard low + high > 0 else {
      throw SpectraError(
        .backgroundWindow,
        """
        the window before the edge holds no intensity; choose background none for a spectrum \
        whose background is removed
        """)
    }
    let mean = log((low + high) / Double(channels.count))
    guard low > 0, high > 0 else { return (mean, 0) }
    let (first, last) = (x[channels.lowerBound], x[channels.upperBound - 1])
    let left = log(low / Double(middle - channels.lowerBound))
    let right = log(high / Double(channels.upperBound - middle))
    let slope = 2 * (right - left) / (last - first)
    return (mean - slope * (first + last) / 2, slope)
  }

  /// One more pass, of what only the fitted line is asked: its dispersion, and Rao's score test of a
  /// term q(x), x^2 made orthogonal to the line.
  private mutating func test(
    _ sums: Sums, _ counts: Span<Double>, _ x: Span<Double>, _ channels: Range<Int>
  ) {
    let determinant = sums.w * sums.wxx - sums.wx * sums.wx
    let offset = (sums.wxx * sums.wxx - sums.wx * sums.wxxx) / determinant
    let tilt = (sums.w * sums.wxxx - sums.wx * sums.wxx) / determinant
    var (score, information, pearson) = (0.0, 0.0, 0.0)
    forEach(counts, x, channels) { expected, residual, place in
      let q = place * place - offset - tilt * place
      score += q * residual
      information += q * q * expected
      pearson += residual * residual / expected
    }
    dispersion = pearson / Double(channels.count - 2)
    guard information > 0 else { return }
    curvatureSlope = score / information * (2 * x[channels.upperBound - 1] - tilt)
    let variance = dispersion * information
    curvatureSignificance = variance > 0 ? score / variance.squareRoot() : 0
  }
}
