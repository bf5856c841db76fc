internal import CKernels

/// The background `A E^-r` before an edge (Egerton, Electron Energy-Loss Spectroscopy in the
/// Electron Microscope, 3rd ed. 2011, section 4.4.1), fitted as Poisson counts.
///
/// The fit maximises the Poisson likelihood with a logarithmic link, by iteratively reweighted
/// least squares (McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, section 2.5).
/// Against the straight line through logarithms it is unbiased at low counts and takes zero and
/// negative ones. Intensities need not be counts: the dispersion, Pearson's chi^2 over the degrees
/// of freedom, scales the standard errors.
public struct PowerLawBackground: Sendable {
  /// Fewest channels that a window may have.
  public static let channelCountMinimum = 10
  private static let iterationMaximum = 50
  private static let exponentMaximum = 50.0

  /// The part of the axis that was fitted, eV.
  public let window: EnergyWindow
  /// Number of channels in the window.
  public let channelCount: Int
  /// A, intensity times eV^r.
  public let amplitude: Double
  /// Standard error of A.
  public let amplitudeError: Double
  /// r.
  public let exponent: Double
  /// Standard error of r.
  public let exponentError: Double
  /// Covariance of ln A and r.
  public let covariance: Double
  /// Pearson's chi^2 over its degrees of freedom: 1 for Poisson counts.
  public let dispersion: Double
  /// What the power law leaves over at the window's end: relative, per eV.
  public let residualSlope = Double.nan
  /// The curvature behind it in its standard errors.
  public let residualSignificance = Double.nan

  // ln(intensity) = level - exponent ln(E / center): the fit's own, well-conditioned parameters.
  private let level: Double
  private let center: Double

  /// Fits the channels of `spectrum` inside `window`.
  ///
  /// - Throws: `.backgroundWindow` below 10 channels or without intensity in the window;
  ///   `.backgroundFit` where no falling power law describes it.
  /// - Complexity: O(channels in the window) for each of a few iterations; allocates nothing.
  public init(fitting spectrum: borrowing Spectrum, in window: EnergyWindow) throws(SpectraError) {
    let axis = spectrum.axis
    let begin = axis.channel(atOrAbove: max(window.start, .leastNormalMagnitude))
    var end = begin
    while end < axis.count, axis.energies[end] <= window.end { end += 1 }
    let count = end - begin
    guard count >= Self.channelCountMinimum else {
      throw SpectraError(
        .backgroundWindow,
        """
        the window before the edge holds too few channels; choose a wider background window, \
        or background none for a spectrum that has none
        """, found: Double(count), expected: Double(Self.channelCountMinimum))
    }
    self.window = EnergyWindow(start: axis.energies[begin], end: axis.energies[end - 1])
    channelCount = count

    var sum = 0.0
    var logarithms = 0.0
    for channel in begin..<end {
      sum += spectrum.intensity(channel)
      logarithms += log(axis.energies[channel])
    }
    guard sum > 0 else {
      throw SpectraError(
        .backgroundWindow,
        """
        the window before the edge holds no intensity; choose background none for a spectrum \
        whose background is removed
        """)
    }
    center = exp(logarithms / Double(count))

    let fit = Self.iterate(
      spectrum, begin..<end, center: center, level: log(sum / Double(count)))
    level = fit.level
    exponent = -fit.slope
    dispersion = fit.pearson / Double(count - 2)
    guard fit.converged, exponent.magnitude <= Self.exponentMaximum, level.magnitude < 200 else {
      throw SpectraError(
        .backgroundFit,
        "no power law describes the window before the edge; choose another background window")
    }
    let distance = log(center)
    amplitude = exp(level + exponent * distance)
    let (levelVariance, slopeVariance, covariance) = fit.covariance
    exponentError = (dispersion * slopeVariance).squareRoot()
    // Of a flat background, noise makes a slightly rising one as often as a slightly falling one.
    guard exponent >= -(3 * exponentError + 1e-6) else {
      throw SpectraError(
        .backgroundFit,
        """
        the intensity rises towards the edge; choose another background window, or background \
        none for a spectrum that has none
        """, found: exponent)
    }
    let logarithmVariance =
      levelVariance + distance * distance * slopeVariance - 2 * distance * covariance
    self.covariance = dispersion * (distance * slopeVariance - covariance)
    amplitudeError = amplitude * max(0, dispersion * logarithmVariance).squareRoot()
  }

  /// The background at an energy (eV), in the unit of the intensities.
  ///
  /// Energies at or below 0 eV have none: 0 is returned.
  public func intensity(at energy: Double) -> Double {
    guard energy > 0 else { return 0 }
    return exp(level - exponent * log(energy / center))
  }

  private struct Fit {
    var level: Double
    var slope: Double
    var pearson = 0.0
    var covariance = (0.0, 0.0, 0.0)
    var converged = false
  }

  private static func iterate(
    _ spectrum: borrowing Spectrum, _ channels: Range<Int>, center: Double, level: Double
  ) -> Fit {
    var fit = Fit(level: level, slope: 0)
    for _ in 0..<iterationMaximum {
      var (w, wx, wxx, wz, wxz, pearson) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
      for channel in channels {
        let x = log(spectrum.axis.energies[channel] / center)
        let linear = fit.level + fit.slope * x
        // A wild step must not overflow; it then fails to converge and is refused.
        let expected = exp(min(max(linear, -300), 300))
        let residual = spectrum.intensity(channel) - expected
        let response = linear + residual / expected
        w += expected
        wx += expected * x
        wxx += expected * x * x
        wz += expected * response
        wxz += expected * x * response
        pearson += residual * residual / expected
      }
      let determinant = w * wxx - wx * wx
      guard determinant > 0, determinant.isFinite else { return fit }
      let next = Fit(
        level: (wxx * wz - wx * wxz) / determinant, slope: (w * wxz - wx * wz) / determinant,
        pearson: pearson, covariance: (wxx / determinant, w / determinant, -wx / determinant))
      guard next.level.isFinite, next.slope.isFinite, pearson.isFinite else { return fit }
      let change = max((next.level - fit.level).magnitude, (next.slope - fit.slope).magnitude)
      fit = next
      if change < 1e-10 {
        fit.converged = true
        return fit
      }
    }
    return fit
  }
}
