internal import CKernels

/// The background `A E^-r` before an edge (Egerton, Electron Energy-Loss Spectroscopy in the
/// Electron Microscope, 3rd ed. 2011, section 4.4.1), fitted as Poisson counts.
///
/// The fit maximises the Poisson likelihood with a logarithmic link, by Newton's method (McCullagh
/// and Nelder, Generalized Linear Models, 2nd ed. 1989, sections 2.2.4 and 2.5).
/// Against the straight line through logarithms it is unbiased at low counts and takes zero and
/// negative ones. Intensities need not be counts: the dispersion, Pearson's chi^2 over the degrees
/// of freedom, scales the standard errors.
public struct PowerLawBackground: Sendable {
  /// Fewest channels that a window may have.
  public static let channelCountMinimum = 10
  private static let exponentMaximum = 50.0

  /// The part of the axis that was fitted, eV.
  public let window: EnergyWindow
  /// Number of channels in the window.
  public var channelCount: Int { channels.count }
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
  /// What the power law leaves over at the window's end, where a parabola in ln E is fitted to the
  /// residuals: relative, per eV.
  public let residualSlope: Double
  /// The coefficient of that parabola in its standard errors: a score test of the power law.
  public let residualSignificance: Double

  // ln(intensity) = level - exponent ln(E / center): the fit's own, well-conditioned parameters.
  let level: Double
  let center: Double
  /// Covariance of `level` and the slope, -r.
  let parameterCovariance: PowerLawFit.Covariance
  /// The channels of the window.
  let channels: Range<Int>

  /// Fits the channels of `spectrum` inside `window`.
  ///
  /// - Throws: `.backgroundWindow` below 10 channels or without intensity in the window;
  ///   `.backgroundFit` where no falling power law describes it; `.workspace` where that is made
  ///   for fewer channels.
  /// - Complexity: O(channels) for each of a few iterations; allocates nothing.
  public init(
    fitting spectrum: borrowing Spectrum, in window: EnergyWindow, using workspace: inout Workspace
  ) throws(SpectraError) {
    try workspace.require(channelCount: spectrum.count)
    var signal = workspace.signal.mutableSpan(spectrum.count)
    for channel in 0..<spectrum.count { signal[channel] = spectrum.intensity(channel) }
    try self.init(
      fitting: workspace.signal, on: spectrum.axis, in: window, ChannelKernel(),
      logarithms: &workspace.noise.logarithms)
  }

  /// Fits the intensities `signal`, and leaves ln(E / center) of the window's channels in
  /// `logarithms`.
  init(
    fitting signal: borrowing Region<Double>, on axis: EnergyAxis, in window: EnergyWindow,
    _ kernel: ChannelKernel, logarithms: inout Region<Double>
  ) throws(SpectraError) {
    channels = try Self.channels(of: axis, in: window)
    self.window = EnergyWindow(
      start: axis.energies[channels.lowerBound], end: axis.energies[channels.upperBound - 1])
    // The middle of the window in ln E: the parameters are then nearly independent.
    center = (self.window.start * self.window.end).squareRoot()
    Self.fill(&logarithms, in: channels, on: axis, over: center, kernel)

    let fit = try PowerLawFit(
      signal.span(axis.count).extracting(channels),
      logarithms.span(axis.count).extracting(channels), kernel)
    level = fit.level
    exponent = -fit.slope
    dispersion = fit.dispersion
    parameterCovariance = fit.covariance
    guard exponent.magnitude <= Self.exponentMaximum, level.magnitude < 200 else {
      throw PowerLawFit.failed
    }
    let distance = log(center)
    amplitude = exp(level + exponent * distance)
    let (levelVariance, slopeVariance, mixed) = fit.covariance
    exponentError = slopeVariance.squareRoot()
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
      levelVariance + distance * distance * slopeVariance - 2 * distance * mixed
    amplitudeError = amplitude * max(0, logarithmVariance).squareRoot()
    covariance = distance * slopeVariance - mixed
    (residualSlope, residualSignificance) = (
      fit.curvatureSlope / self.window.end, fit.curvatureSignificance
    )
  }

  private static func channels(
    of axis: EnergyAxis, in window: EnergyWindow
  ) throws(SpectraError) -> Range<Int> {
    let begin = axis.channel(atOrAbove: max(window.start, .leastNormalMagnitude))
    var end = axis.channel(atOrAbove: window.end)
    if end < axis.count, axis.energies[end] <= window.end { end += 1 }
    guard end - begin >= channelCountMinimum else {
      throw SpectraError(
        .backgroundWindow,
        """
        the window before the edge holds too few channels; choose a wider background window, \
        or background none for a spectrum that has none
        """, found: Double(end - begin), expected: Double(channelCountMinimum))
    }
    return begin..<end
  }

  /// The background at an energy (eV), in the unit of the intensities.
  ///
  /// Energies at or below 0 eV have none: 0 is returned.
  public func intensity(at energy: Double) -> Double {
    guard energy > 0 else { return 0 }
    return exp(level - exponent * log(energy / center))
  }

  /// Standard error of the background at an energy (eV), over the background.
  public func relativeError(at energy: Double) -> Double {
    guard energy > 0 else { return 0 }
    let x = log(energy / center)
    let (level, slope, mixed) = parameterCovariance
    return max(0, level + x * (2 * mixed + x * slope)).squareRoot()
  }

  /// Fills `logarithms` in `range` with ln(E / center), by which the background depends on its slope;
  /// -infinity where there is no background.
  ///
  /// - Complexity: O(range).
  func fillLogarithms(
    _ logarithms: inout Region<Double>, in range: Range<Int>, on axis: EnergyAxis,
    _ kernel: ChannelKernel
  ) {
    Self.fill(&logarithms, in: range, on: axis, over: center, kernel)
  }

  private static func fill(
    _ logarithms: inout Region<Double>, in range: Range<Int>, on axis: EnergyAxis,
    over center: Double, _ kernel: ChannelKernel
  ) {
    var places = logarithms.mutableSpan(range.upperBound)
    var own = places._mutatingExtracting(range)
    kernel.fillLogarithms(&own, of: axis.energies.extracting(range), over: center)
  }

  /// Subtracts the background from the channels of `range`, and leaves it in `background`.
  ///
  /// - Complexity: O(range).
  func subtract(
    from signal: inout Region<Double>, in range: Range<Int>, on axis: EnergyAxis,
    _ kernel: ChannelKernel, background: inout Region<Double>
  ) {
    var counts = signal.mutableSpan(range.upperBound)
    var own = counts._mutatingExtracting(range)
    var backgrounds = background.mutableSpan(range.upperBound)
    var expected = backgrounds._mutatingExtracting(range)
    kernel.subtractPowerLaw(
      level: level, slope: -exponent, center: center, energies: axis.energies.extracting(range),
      from: &own, background: &expected)
  }
}
