/// The peak of the electrons that lost no energy: where it is and how wide.
///
/// The peak is the first stretch of the low-loss spectrum above half of the largest intensity: a
/// plasmon is behind it. Its position is the centroid of what is above half of its own maximum,
/// which takes all of these channels into account, so that noise averages out and a flat top, of a
/// saturated detector, does not matter. Its width is the distance of the two crossings of the half.
public struct ZeroLossPeak: Sendable, Equatable {
  // A wider one is no zero-loss peak of an electron microscope.
  private static let widthMaximum = 10.0

  /// Energy of the peak on the low-loss axis, eV.
  public let energy: Double
  /// Its standard error from the noise, eV.
  public let error: Double
  /// Full width at half maximum, eV.
  public let width: Double
  /// Variance of the noise over the intensity, where the spectrum has no variances: estimated from
  /// it, so that it may have any unit.
  public let noiseGain: Double
  /// The channels above half the maximum.
  let channels: Range<Int>

  /// Finds the peak.
  ///
  /// - Throws: `.lowLoss` where there is no peak, or not all of it.
  /// - Complexity: O(channels).
  public init(in spectrum: Spectrum) throws(SpectraError) {
    var largest = 0.0
    for channel in 0..<spectrum.count { largest = max(largest, spectrum.intensity(channel)) }
    var begin = 0
    while begin < spectrum.count, !(spectrum.intensity(begin) > largest / 2) { begin += 1 }
    // The maximum of this stretch can be lower than that of the spectrum.
    var (end, height) = (begin, 0.0)
    while end < spectrum.count, spectrum.intensity(end) > largest / 2 {
      height = max(height, spectrum.intensity(end))
      end += 1
    }
    let half = height / 2
    while end < spectrum.count, spectrum.intensity(end) > half { end += 1 }
    while begin > 0, spectrum.intensity(begin - 1) > half { begin -= 1 }
    guard height > 0, begin > 0, end < spectrum.count else {
      throw SpectraError(
        .lowLoss,
        """
        the low-loss spectrum has no zero-loss peak, or not all of it; give one that begins \
        below -3 eV
        """)
    }
    let energies = spectrum.axis.energies
    func crossing(_ low: Int, _ high: Int) -> Double {
      let (below, above) = (spectrum.intensity(low), spectrum.intensity(high))
      return energies[low] + (half - below) / (above - below) * (energies[high] - energies[low])
    }
    let (lower, upper) = (crossing(begin - 1, begin), crossing(end, end - 1))
    width = upper - lower
    guard width <= Self.widthMaximum else {
      throw SpectraError(
        .lowLoss, "what is highest in the low-loss spectrum is too wide for a zero-loss peak",
        found: width, expected: Self.widthMaximum)
    }

    // The straight lines between the channels, above half the maximum, piece by piece.
    let reference = energies[begin]
    var (area, moment) = (0.0, 0.0)
    var (left, low) = (lower - reference, 0.0)
    for channel in begin...end {
      let isLast = channel == end
      let right = (isLast ? upper : energies[channel]) - reference
      let high = isLast ? 0 : spectrum.intensity(channel) - half
      let length = right - left
      area += length * (low + high) / 2
      moment += length * (low * (2 * left + right) + high * (left + 2 * right)) / 6
      (left, low) = (right, high)
    }
    let centroid = moment / area
    energy = reference + centroid
    channels = begin..<end
    noiseGain = Self.noiseGain(of: spectrum, behind: end + (end - begin))
    var variance = 0.0
    for channel in begin..<end {
      let weight = (energies[channel + 1] - energies[channel - 1]) / 2
      let distance = (energies[channel] - energy) * weight / area
      let noise = spectrum.variance(channel) ?? noiseGain * spectrum.intensity(channel)
      variance += distance * distance * noise
    }
    error = variance.squareRoot()
  }

  /// The gain by the fourth differences of the channels behind the peak, where the spectrum is
  /// smooth: noise of variance v gives them the variance 70 v.
  private static func noiseGain(of spectrum: Spectrum, behind first: Int) -> Double {
    var (squares, sum) = (0.0, 0.0)
    for channel in stride(from: first + 2, to: spectrum.count - 2, by: 1) {
      let here = spectrum.intensity(channel)
      let near = spectrum.intensity(channel - 1) + spectrum.intensity(channel + 1)
      let far = spectrum.intensity(channel - 2) + spectrum.intensity(channel + 2)
      let difference = far - 4 * near + 6 * here
      squares += difference * difference
      sum += max(0, here)
    }
    return sum > 0 ? squares / (70 * sum) : 0
  }
}
