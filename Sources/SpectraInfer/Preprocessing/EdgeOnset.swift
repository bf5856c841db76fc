/// The onset of an edge with its standard error, found by an `EdgeRule`.
public struct EdgeOnset: Sendable {
  // How many standard deviations of the averaged noise an edge must rise to be one.
  private static let significance = 5.0

  /// Energy of the onset on the spectrum's own axis, eV.
  public let energy: Double
  /// Its standard error from the noise, eV.
  public let error: Double

  /// Finds the onset above `lowest` (eV).
  ///
  /// - Parameters:
  ///   - averaged: scratch of as many values as channels; overwritten by the running average.
  /// - Throws: `.noEdge` where nothing rises from the noise.
  /// - Complexity: O(channels).
  init(
    in cumulative: CumulativeIntensity, axis: EnergyAxis, signal: Span<Double>,
    above lowest: Double, rule: EdgeRule, averaged: inout MutableSpan<Double>
  ) throws(SpectraError) {
    let half = rule.averagingWidth / 2
    let energies = axis.energies
    let lowest = max(lowest, rule.onsetWindow.start, axis.first + half)
    let highest = min(rule.onsetWindow.end + rule.maximumWithin, axis.last - half)
    let begin = axis.channel(atOrAbove: lowest)
    let end = axis.channel(atOrAbove: highest)
    guard end - begin >= 3 else {
      throw SpectraError(
        .noEdge,
        """
        the axis does not reach the model's edge, or the background window lies above it; \
        measure from below the edge to well above it
        """, found: axis.first, expected: rule.onsetWindow.start)
    }
    var (lower, upper) = (0, 0)
    for channel in begin..<end {
      let energy = energies[channel]
      let above = cumulative.value(at: energy + half, from: &upper)
      let below = cumulative.value(at: energy - half, from: &lower)
      averaged[channel] = (above - below) / rule.averagingWidth
    }

    let channels = begin..<end
    var peak = Self.maximum(averaged, channels)
    var crossing = Self.crossing(averaged, channels, peak: peak, fraction: rule.fraction)
    // The maximum within reach of the onset can be lower than that of the whole axis, and then the
    // onset moves down, and its reach with it; a few rounds settle that.
    for _ in 0..<4 {
      let reach = energies[crossing] + rule.maximumWithin
      let local = crossing..<min(end, axis.channel(atOrAbove: reach) + 1)
      let nearer = Self.maximum(averaged, local)
      if nearer == peak { break }
      peak = nearer
      crossing = Self.crossing(averaged, channels, peak: peak, fraction: rule.fraction)
    }

    let noise = Self.noise(signal, channels, averagedOver: rule.averagingWidth, energies: energies)
    guard peak > 0, peak > Self.significance * noise else {
      throw SpectraError(
        .noEdge,
        """
        no edge rises from the noise above the background window; check the axis, the window \
        and the dose
        """)
    }
    guard crossing > begin, energies[crossing] <= rule.onsetWindow.end else {
      throw SpectraError(
        .noEdge,
        """
        no onset lies where the model's edge can be: the spectrum starts above it, is of another \
        edge, or still has its background; check axis and background
        """, found: energies[crossing])
    }
    let level = rule.fraction * peak
    let (low, high) = (averaged[crossing - 1], averaged[crossing])
    let width = energies[crossing] - energies[crossing - 1]
    let slope = (high - low) / width
    energy = energies[crossing - 1] + (level - low) / slope
    error = noise / slope
  }

  /// The first channel at or above the energy of the crossing, walking down from half the maximum.
  private static func crossing(
    _ averaged: borrowing MutableSpan<Double>, _ channels: Range<Int>, peak: Double,
    fraction: Double
  ) -> Int {
    let sure = max(0.5, fraction) * peak
    var channel = channels.lowerBound
    while channel < channels.upperBound - 1, averaged[channel] < sure { channel += 1 }
    while channel > channels.lowerBound, averaged[channel - 1] >= fraction * peak { channel -= 1 }
    return channel
  }

  private static func maximum(
    _ values: borrowing MutableSpan<Double>, _ channels: Range<Int>
  ) -> Double {
    var largest = -Double.infinity
    for channel in channels where values[channel] > largest { largest = values[channel] }
    return largest
  }

  /// Standard deviation of the running average, from the second differences of the channels.
  private static func noise(
    _ signal: Span<Double>, _ channels: Range<Int>, averagedOver width: Double,
    energies: Span<Double>
  ) -> Double {
    var sum = 0.0
    for channel in (channels.lowerBound + 1)..<(channels.upperBound - 1) {
      let difference = signal[channel - 1] - 2 * signal[channel] + signal[channel + 1]
      sum += difference * difference
    }
    let variance = sum / (6 * Double(channels.count - 2))
    let channelWidth =
      (energies[channels.upperBound - 1] - energies[channels.lowerBound])
      / Double(channels.count - 1)
    return (variance * min(1, channelWidth / width)).squareRoot()
  }
}
