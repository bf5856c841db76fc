internal import CKernels

/// Removes plural scattering from a core-loss spectrum with its low-loss spectrum, by the Fourier
/// ratio (Egerton, Electron Energy-Loss Spectroscopy in the Electron Microscope, 3rd ed. 2011,
/// section 4.3.2).
///
/// The transform of the core loss is multiplied by H = I0 Z L* / (|L|^2 + n^2): L of the low loss, Z of
/// a Gaussian of area 1 with the position and width of its zero-loss peak, which keeps the resolution
/// and holds the noise down, I0 the area of that peak, and n the noise of L, the root of the summed
/// variances of the low loss. Where L stands out of its noise this is the ratio I0 Z / L; where not,
/// it goes to 0 instead of to any size. The Gaussian is taken at the channels of the low loss, and
/// both are averaged over cells of the core-loss dispersion: what averaging does to the one it does
/// to the other, so that the ratio is free of it. All is padded with zeros to four times the
/// channels at least, so that neither the spectra nor the filter run into themselves.
struct FourierRatio {
  // Of the largest |L|: below this there is nothing but rounding in spectra of single precision.
  private static let roundingFloor = 1e-7
  // Part of the low loss, at its end, over which it is taken to 0: a jump there would fill the
  // frequencies at which L is small.
  private static let taper = 0.2

  /// Thickness over the inelastic mean free path: the logarithm of all over the elastic intensity.
  let thickness: Double

  /// Leaves H in `filter`, its numbers from frequency 0 to the highest.
  ///
  /// - Parameters:
  ///   - fourier: two numbers for each point of the transform; overwritten.
  ///   - integral: of as many channels as the low loss has; overwritten, as is `signal`.
  /// - Throws: `.deconvolution` where the core-loss axis is not uniform; `.lowLoss` where the low
  ///   loss has no intensity behind its zero-loss peak.
  /// - Complexity: O(N log N).
  init(
    _ lowLoss: Spectrum, _ zeroLoss: ZeroLossPeak, for core: EnergyAxis, _ kernel: ChannelKernel,
    fourier: inout MutableSpan<Double>, filter: inout MutableSpan<Double>,
    integral: inout ChannelIntegral, signal: inout Region<Double>
  ) throws(SpectraError) {
    let (axis, count) = (lowLoss.axis, lowLoss.count)
    let cells = try Cells(of: axis, zeroLoss, for: core, points: fourier.count / 2)
    for index in fourier.indices { fourier[index] = 0 }

    let (elastic, all) = Self.fill(
      &fourier, cells, with: lowLoss, zeroLoss, kernel, integral: &integral, signal: &signal)
    let sigma = zeroLoss.width / (8 * log(2.0)).squareRoot()
    guard Double(cells.count) > cells.position + 4 * sigma / cells.step, elastic > 0,
      all.isFinite, all > 0
    else {
      throw SpectraError(
        .lowLoss, "the low-loss spectrum ends within its zero-loss peak; give a longer one")
    }
    thickness = max(0, log(all / elastic))

    var values = signal.mutableSpan(count)
    for channel in 0..<count {
      let distance = (axis.energies[channel] - zeroLoss.energy) / sigma
      values[channel] = exp(-distance * distance / 2)
    }
    integral.fill(0..<count, energies: axis.energies, signal: signal.span(count), kernel)
    let peak = integral.cumulative(
      0..<count, energies: axis.energies, signal: signal.span(count))
    var place = 0
    let area = peak.value(at: cells.last, from: &place) / cells.step
    cells.fill(&fourier, imaginary: false, peak) { _ in elastic / area }

    FourierTransform.transform(&fourier, inverse: false)
    let floor = Self.roundingFloor * all
    let noise = Self.variance(of: lowLoss, zeroLoss, step: cells.step)
    Self.divide(fourier.span, noisePower: max(noise, floor * floor), into: &filter)
  }

  /// Fills the imaginary parts of `fourier` with the low loss.
  ///
  /// - Returns: the elastic intensity and all of it, summed over cells.
  private static func fill(
    _ fourier: inout MutableSpan<Double>, _ cells: Cells, with lowLoss: Spectrum,
    _ zeroLoss: ZeroLossPeak, _ kernel: ChannelKernel, integral: inout ChannelIntegral,
    signal: inout Region<Double>
  ) -> (elastic: Double, all: Double) {
    let (axis, count) = (lowLoss.axis, lowLoss.count)
    var values = signal.mutableSpan(count)
    for channel in 0..<count { values[channel] = lowLoss.intensity(channel) }
    integral.fill(0..<count, energies: axis.energies, signal: signal.span(count), kernel)
    let low = integral.cumulative(
      0..<count, energies: axis.energies, signal: signal.span(count))
    let tapered = taper * (Double(cells.count) - cells.position)
    cells.fill(&fourier, imaginary: true, low) { cell in
      let fromEnd = (Double(cells.count - cell) - 0.5) / tapered
      return fromEnd < 1 ? (1 - cos(Double.pi * fromEnd)) / 2 : 1
    }
    var place = 0
    let elastic = low.value(at: elasticBoundary(low, axis, zeroLoss), from: &place) / cells.step
    return (elastic, low.value(at: axis.last, from: &place) / cells.step)
  }

  /// The variance of L at frequency 0, where each channel counts by its width over that of a cell.
  private static func variance(
    of lowLoss: Spectrum, _ zeroLoss: ZeroLossPeak, step: Double
  ) -> Double {
    var variance = 0.0
    for channel in 0..<lowLoss.count {
      variance +=
        lowLoss.variance(channel) ?? zeroLoss.noiseGain * max(0, lowLoss.intensity(channel))
    }
    let width = (lowLoss.axis.last - lowLoss.axis.first) / Double(lowLoss.count - 1)
    return variance * (width / step) * (width / step)
  }

  /// H of I0 Z, in the real parts before the transform, and of L, in the imaginary ones.
  private static func divide(
    _ fourier: Span<Double>, noisePower: Double, into filter: inout MutableSpan<Double>
  ) {
    let count = fourier.count / 2
    // Of f + i g, both real, the transform holds those of f and g.
    for k in 0...(count / 2) {
      let (i, j) = (2 * k, 2 * ((count - k) % count))
      let peak = ((fourier[i] + fourier[j]) / 2, (fourier[i + 1] - fourier[j + 1]) / 2)
      let low = ((fourier[i + 1] + fourier[j + 1]) / 2, (fourier[j] - fourier[i]) / 2)
      let power = low.0 * low.0 + low.1 * low.1 + noisePower
      filter[i] = (peak.0 * low.0 + peak.1 * low.1) / power
      filter[i + 1] = (peak.1 * low.0 - peak.0 * low.1) / power
    }
  }

  /// Deconvolves `values` with the filter that `init` left, or applies the transpose of that: a
  /// correlation with the same filter.
  ///
  /// - Parameter fourier: two numbers for each point of the transform; overwritten.
  /// - Complexity: O(N log N).
  static func apply(
    _ filter: Span<Double>, to values: inout MutableSpan<Double>,
    fourier: inout MutableSpan<Double>, transposed: Bool = false
  ) {
    let count = fourier.count / 2
    let sign = transposed ? -1.0 : 1.0
    for index in fourier.indices { fourier[index] = 0 }
    for channel in values.indices { fourier[2 * channel] = values[channel] }
    FourierTransform.transform(&fourier, inverse: false)
    for k in 0...(count / 2) {
      let (i, j) = (2 * k, 2 * ((count - k) % count))
      let (real, imaginary) = (filter[i], sign * filter[i + 1])
      let product = (
        fourier[i] * real - fourier[i + 1] * imaginary,
        fourier[i] * imaginary + fourier[i + 1] * real
      )
      // A real function is what stays: its transform at -k is the conjugate of that at k.
      (fourier[j], fourier[j + 1]) = (product.0, -product.1)
      (fourier[i], fourier[i + 1]) = (product.0, i == j ? 0 : product.1)
    }
    FourierTransform.transform(&fourier, inverse: true)
    for channel in values.indices { values[channel] = fourier[2 * channel] / Double(count) }
  }
}
