internal import CKernels

/// A straight line in x = ln(E / center) whose exponential is fitted to Poisson counts.
///
/// The logarithmic link is that for which the likelihood knows nothing of the counts but their sum
/// and the mean of x that they weigh: where the expected counts have both, it is at its maximum.
struct PowerLawFit {
  /// Variances of level and slope, and their covariance.
  typealias Covariance = (level: Double, slope: Double, mixed: Double)

  private static let iterationMaximum = 50
  // The series of the moments is good to 1e-12 of them for steps of this over the largest x.
  private static let seriesReach = 0.05
  // No window has a slope like that; where counts are negative, there may be no maximum at all.
  private static let slopeMaximum = 1000.0

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

  /// Fits `counts` over `x`, which rises.
  ///
  /// - Throws: `.backgroundWindow` without intensity; `.backgroundFit` where it does not converge.
  init(_ counts: Span<Double>, _ x: Span<Double>, _ kernel: ChannelKernel) throws(SpectraError) {
    let middle = counts.count / 2
    let low = kernel.lineSums(x.extracting(..<middle), counts.extracting(..<middle))
    let high = kernel.lineSums(x.extracting(middle...), counts.extracting(middle...))
    let (first, last) = (x[0], x[x.count - 1])
    let total = low.y + high.y
    (level, slope) = (
      0,
      try Self.slope(
        low.y / Double(middle), high.y / Double(counts.count - middle), from: first, to: last)
    )
    let mean = (low.xy + high.xy) / total
    let reach = max(first.magnitude, last.magnitude)
    for _ in 0..<Self.iterationMaximum {
      let moments = kernel.exponentialMoments(x, slope: slope)
      let step = moments.step(toMean: mean, limit: 1 / reach)
      slope += step
      guard slope.isFinite, slope.magnitude <= Self.slopeMaximum else { throw Self.failed }
      guard step.magnitude * reach > Self.seriesReach else {
        level = log(total / moments.sum(0, step: step))
        let sums = Sums(total, mean, moments, step)
        guard sums.determinant > 0, sums.determinant.isFinite else { throw Self.failed }
        test(sums, counts, x, kernel)
        guard dispersion.isFinite else { throw Self.failed }
        let scale = dispersion / sums.determinant
        covariance = (scale * sums.wxx, scale * sums.w, -scale * sums.wx)
        return
      }
    }
    throw Self.failed
  }

  /// Sums over the window of powers of x, weighted by the expected counts.
  private struct Sums {
    let w, wx, wxx, wxxx: Double

    init(_ total: Double, _ mean: Double, _ moments: ExponentialMoments, _ step: Double) {
      let amplitude = total / moments.sum(0, step: step)
      (w, wx) = (total, total * mean)
      (wxx, wxxx) = (
        amplitude * moments.sum(2, step: step), amplitude * moments.sum(3, step: step)
      )
    }

    var determinant: Double { w * wxx - wx * wx }
  }

  /// The slope of the line through the means of the two halves of a window.
  private static func slope(
    _ low: Double, _ high: Double, from first: Double, to last: Double
  ) throws(SpectraError) -> Double {
    guard low + high > 0 else {
      throw SpectraError(
        .backgroundWindow,
        """
        the window before the edge holds no intensity; choose background none for a spectrum \
        whose background is removed
        """)
    }
    return low > 0 && high > 0 ? 2 * log(high / low) / (last - first) : 0
  }

  /// What only the fitted line is asked: its dispersion, and Rao's score test of a term q(x), x^2
  /// made orthogonal to the line.
  private mutating func test(
    _ sums: Sums, _ counts: Span<Double>, _ x: Span<Double>, _ kernel: ChannelKernel
  ) {
    let offset = (sums.wxx * sums.wxx - sums.wx * sums.wxxx) / sums.determinant
    let tilt = (sums.w * sums.wxxx - sums.wx * sums.wxx) / sums.determinant
    let residuals = kernel.residuals(
      x, counts, level: level, slope: slope, offset: offset, tilt: tilt)
    dispersion = residuals.pearson / Double(counts.count - 2)
    guard residuals.information > 0 else { return }
    curvatureSlope = residuals.score / residuals.information * (2 * x[x.count - 1] - tilt)
    let variance = dispersion * residuals.information
    curvatureSignificance = variance > 0 ? residuals.score / variance.squareRoot() : 0
  }
}
