internal import CKernels

/// Removes plural scattering from a core-loss spectrum with its low-loss spectrum, by the Fourier
/// ratio (Egerton, Electron Energy-Loss Spectroscopy in the Electron Microscope, 3rd ed. 2011,
/// section 4.3.2).
///
/// The transform of the core loss is multiplied by H = I0 Z L* / (|L|^2 + n^2): L of the low loss, Z of
/// a Gaussian of area 1 with the position and width of its zero-loss peak, which keeps the resolution
/// and holds the noise down, I0 the area of that peak, and n the noise of L, the root of the summed
/// variances of the low loss. Where L stands out of its noise this is the ratio I0 Z / L; where not,
/// it goes to 0 instead of to any size. Both spectra are padded with zeros to four times the
/// channels at least, so that neither they nor the filter run into themselves.
struct FourierRatio {
  // Of the largest |L|: below this there is nothing but rounding in spectra of single precision.
  private static let roundingFloor = 1e-7
  // How far a channel may lie from its place on a uniform axis, in channels.
  private static let uniformity = 0.1
  private static let stepMinimum = 1e-6
  private static let elasticReach = 10.0
  // Part of the low loss, at its end, over which it is taken to 0: a jump there would fill the
  // frequencies at which L is small.
  private static let taper = 0.2

  /// Points of the transform.
  let count: Int
  /// Thickness over the inelastic mean free path: the logarithm of all over the elastic intensity.
  let thickness: Double
  /// Position of the zero-loss peak, in channels from the first one of the transform.
  private let position: Double
  /// Its standard deviation in channels.
  private let sigma: Double
  private let elastic: Double
  /// n^2 of the formula above.
  private let noisePower: Double

  /// Averages the low loss over channels of the core-loss dispersion, into the imaginary parts of
  /// `fourier`, whose real parts are cleared.
  ///
  /// - Parameter noiseGain: variance of the low loss over its intensity, where it has no variances.
  /// - Throws: `.deconvolution` where the core-loss axis is not uniform; `.lowLoss` where the low
  ///   loss has no intensity behind its zero-loss peak.
  init(
    _ lowLoss: Spectrum, _ zeroLoss: ZeroLossPeak, for axis: EnergyAxis, noiseGain: Double,
    _ kernel: ChannelKernel, fourier: inout MutableSpan<Double>, integral: inout Region<Double>,
    signal: inout Region<Double>
  ) throws(SpectraError) {
    let step = try Self.uniformStep(axis)
    count = fourier.count / 2
    for index in fourier.indices { fourier[index] = 0 }
    var values = signal.mutableSpan(lowLoss.count)
    for channel in 0..<lowLoss.count { values[channel] = lowLoss.intensity(channel) }
    CumulativeIntensity.fill(
      &integral, 0..<lowLoss.count, energies: lowLoss.axis.energies,
      signal: signal.span(lowLoss.count), kernel)
    let cumulative = CumulativeIntensity(
      0..<lowLoss.count, energies: lowLoss.axis.energies, signal: signal.span(lowLoss.count),
      integral: integral.span(lowLoss.count))

    // Cells whose borders leave the peak's position between two of them as it falls. Losses beyond
    // the length of the core-loss axis do not reach any channel of it.
    let first = lowLoss.axis.first
    let span = min(lowLoss.axis.last - first, zeroLoss.energy - first + step * Double(axis.count))
    let cells = Int(min(span / step, Double(count - axis.count)))
    position = (zeroLoss.energy - first) / step - 0.5
    sigma = zeroLoss.width / (8 * log(2.0)).squareRoot() / step
    var (place, below) = (0, 0.0)
    let tapered = Self.taper * (Double(cells) - position)
    for cell in 0..<max(0, cells) {
      let above = cumulative.value(at: first + Double(cell + 1) * step, from: &place)
      let fromEnd = (Double(cells - cell) - 0.5) / tapered
      let share = fromEnd < 1 ? (1 - cos(Double.pi * fromEnd)) / 2 : 1
      fourier[2 * cell + 1] = share * (above - below) / step
      below = above
    }
    let boundary = Self.elasticBoundary(cumulative, lowLoss.axis, zeroLoss)
    place = 0
    let elastic = cumulative.value(at: boundary, from: &place) / step
    let all = cumulative.value(at: lowLoss.axis.last, from: &place) / step
    guard Double(cells) > position + 4 * sigma, elastic > 0, all.isFinite, all > 0 else {
      throw SpectraError(
        .lowLoss, "the low-loss spectrum ends within its zero-loss peak; give a longer one")
    }
    self.elastic = elastic
    var variance = 0.0
    for channel in 0..<lowLoss.count {
      variance += lowLoss.variance(channel) ?? noiseGain * max(0, lowLoss.intensity(channel))
    }
    // Averaged over cells, as the intensities are.
    let channelWidth = (lowLoss.axis.last - first) / Double(lowLoss.count - 1)
    let floor = Self.roundingFloor * all
    noisePower = max(variance * channelWidth / step, floor * floor)
    thickness = max(0, log(all / elastic))
  }

  private static func uniformStep(_ axis: EnergyAxis) throws(SpectraError) -> Double {
    let step = (axis.last - axis.first) / Double(axis.count - 1)
    guard step >= stepMinimum else {
      throw SpectraError(
        .deconvolution, "the channels are too fine to be energies in eV; check the energy axis",
        found: step)
    }
    for channel in 0..<axis.count {
      let expected = axis.first + Double(channel) * step
      guard (axis.energies[channel] - expected).magnitude < uniformity * step else {
        throw SpectraError(
          .deconvolution,
          """
          the energy axis is not uniform, as deconvolution needs it; resample the spectrum, see \
          the channel of this number
          """, found: Double(channel))
      }
    }
    return step
  }

  /// Where the elastic peak ends: the lowest running average, as wide as the peak, within 10 eV.
  private static func elasticBoundary(
    _ cumulative: CumulativeIntensity, _ axis: EnergyAxis, _ zeroLoss: ZeroLossPeak
  ) -> Double {
    let half = zeroLoss.width / 2
    var (best, lowest) = (min(zeroLoss.energy + 2 * half, axis.last), Double.infinity)
    var (lower, upper) = (0, 0)
    var channel = axis.channel(atOrAbove: zeroLoss.energy + 2 * half)
    let last = min(zeroLoss.energy + elasticReach, axis.last - half)
    while channel < axis.count, axis.energies[channel] <= last {
      let energy = axis.energies[channel]
      let above = cumulative.value(at: energy + half, from: &upper)
      let average = above - cumulative.value(at: energy - half, from: &lower)
      if average < lowest { (best, lowest) = (energy, average) }
      channel += 1
    }
    return best
  }

  /// Deconvolves `signal`, and leaves H in `filter`, its numbers from frequency 0 to the highest.
  ///
  /// - Parameter fourier: as `init` left it.
  /// - Complexity: O(N log N).
  func deconvolve(
    _ signal: inout MutableSpan<Double>, fourier: inout MutableSpan<Double>,
    filter: inout MutableSpan<Double>
  ) {
    for channel in signal.indices { fourier[2 * channel] = signal[channel] }
    FourierTransform.transform(&fourier, inverse: false)
    // Of f + i g, both real, the transform holds those of f and g.
    for k in 0...(count / 2) {
      let (i, j) = (2 * k, 2 * ((count - k) % count))
      let low = (
        (fourier[i + 1] + fourier[j + 1]) / 2, (fourier[j] - fourier[i]) / 2
      )
      let core = ((fourier[i] + fourier[j]) / 2, (fourier[i + 1] - fourier[j + 1]) / 2)
      let h = ratio(k, low)
      (filter[i], filter[i + 1]) = h
      let product = (core.0 * h.0 - core.1 * h.1, core.0 * h.1 + core.1 * h.0)
      // A real function is what stays: its transform at -k is the conjugate of that at k.
      (fourier[j], fourier[j + 1]) = (product.0, -product.1)
      (fourier[i], fourier[i + 1]) = (product.0, i == j ? 0 : product.1)
    }
    FourierTransform.transform(&fourier, inverse: true)
    for channel in signal.indices { signal[channel] = fourier[2 * channel] / Double(count) }
  }

  /// H at frequency `k`, for L there.
  private func ratio(_ k: Int, _ low: (Double, Double)) -> (Double, Double) {
    let angle = 2 * Double.pi * Double(k) / Double(count)
    let gaussian = exp(-angle * angle * sigma * sigma / 2)
    let size = elastic * gaussian / (low.0 * low.0 + low.1 * low.1 + noisePower)
    let (real, imaginary) = (size * cos(angle * position), -size * sin(angle * position))
    return (real * low.0 + imaginary * low.1, imaginary * low.0 - real * low.1)
  }

  /// The transpose of the deconvolution: a correlation with the same filter.
  ///
  /// - Complexity: O(N log N).
  static func transpose(
    _ weights: inout MutableSpan<Double>, fourier: inout MutableSpan<Double>, filter: Span<Double>
  ) {
    let count = fourier.count / 2
    for index in fourier.indices { fourier[index] = 0 }
    for channel in weights.indices { fourier[2 * channel] = weights[channel] }
    FourierTransform.transform(&fourier, inverse: false)
    for k in 0...(count / 2) {
      let (i, j) = (2 * k, 2 * ((count - k) % count))
      let (real, imaginary) = (filter[i], -filter[i + 1])
      let product = (
        fourier[i] * real - fourier[i + 1] * imaginary,
        fourier[i] * imaginary + fourier[i + 1] * real
      )
      (fourier[j], fourier[j + 1]) = (product.0, -product.1)
      (fourier[i], fourier[i + 1]) = (product.0, i == j ? 0 : product.1)
    }
    FourierTransform.transform(&fourier, inverse: true)
    for channel in weights.indices { weights[channel] = fourier[2 * channel] / Double(count) }
  }
}
