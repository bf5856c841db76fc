/// The onset of an edge with its standard error, found by an `EdgeRule`.
public struct EdgeOnset: Sendable {
  // How many standard deviations of the averaged noise an edge must rise to be one.
  private static let significance = 5.0
  // An edge lasts: its mean over the reach of the maximum is at least this part of the maximum. A
  // spike of one channel gives the averaging width over the reach, 0.1; of the reference spectra of
  // the shipped models the lowest is 0.26.
  private static let lastingShare = 0.15

  /// Energy of the onset on the spectrum's axis, eV.
  public let energy: Double
  /// Its standard error from the noise, eV.
  public internal(set) var error: Double

  /// Slope of the averaged spectrum at the onset, intensity per eV.
  let slope: Double
  /// The channel in whose average the onset is crossed, from the channel below.
  let crossing: Int
  /// The channel with the maximum of the average.
  let peak: Int

  /// Finds the onset above `lowest` (eV).
  ///
  /// - Parameters:
  ///   - noise: standard deviation of the running average, as of `noise(_:on:above:rule:)`.
  ///   - averaged: scratch of as many values as channels; overwritten by the running average.
  /// - Throws: `.noEdge` where nothing rises from the noise, or only a spike does.
  /// - Complexity: O(channels).
  init(
    in cumulative: CumulativeIntensity, axis: EnergyAxis, above lowest: Double, rule: EdgeRule,
    noise: Double, _ kernel: ChannelKernel, averaged: inout MutableSpan<Double>
  ) throws(SpectraError) {
    let energies = axis.energies
    let channels = try Self.channels(of: axis, above: lowest, rule: rule)
    cumulative.fillAverages(&averaged, channels, width: rule.averagingWidth, kernel)

    var peak = kernel.largest(of: averaged, in: channels)
    var crossing = Self.crossing(
      averaged, channels, peak: averaged[peak], fraction: rule.fraction, kernel)
    // The maximum within reach of the onset can be lower than that of the whole axis, and then the
    // onset moves down, and its reach with it; a few rounds settle that.
    for _ in 0..<4 {
      let reach = energies[crossing] + rule.maximumWithin
      let local = crossing..<min(channels.upperBound, axis.channel(atOrAbove: reach) + 1)
      let nearer = kernel.largest(of: averaged, in: local)
      if averaged[nearer] == averaged[peak] { break }
      peak = nearer
      crossing = Self.crossing(
        averaged, channels, peak: averaged[peak], fraction: rule.fraction, kernel)
    }

    let height = averaged[peak]
    guard height > 0, height > Self.significance * noise else {
      throw SpectraError(
        .noEdge,
        """
        no edge rises from the noise above the background window; check the axis, the window \
        and the dose
        """)
    }
    guard crossing > channels.lowerBound, energies[crossing] <= rule.onsetWindow.end else {
      throw SpectraError(
        .noEdge,
        """
        no onset lies where the model's edge can be: the spectrum starts above it, is of another \
        edge, or still has its background; check axis and background
        """, found: energies[crossing])
    }
    let last = min(energies[crossing] + rule.maximumWithin, axis.last)
    let area = cumulative.value(from: energies[crossing], to: last, on: axis)
    let mean = area / (last - energies[crossing])
    guard mean > Self.lastingShare * height else {
      throw SpectraError(
        .noEdge,
        """
        what rises there does not last as an edge does: a spike, or a background window that is \
        too high; let spikes be replaced, or choose another window
        """, found: energies[peak])
    }
    let level = rule.fraction * height
    let (low, high) = (averaged[crossing - 1], averaged[crossing])
    let width = energies[crossing] - energies[crossing - 1]
    slope = (high - low) / width
    energy = energies[crossing - 1] + (level - low) / slope
    error = noise / slope
    self.crossing = crossing
    self.peak = peak
  }

  /// The channels that the onset depends on.
  func channels(of axis: EnergyAxis, _ rule: EdgeRule) -> Range<Int> {
    let half = rule.averagingWidth / 2
    return FeatureNoise.channels(
      of: axis, from: axis.energies[crossing - 1] - half, to: axis.energies[peak] + half)
  }

  /// Adds the derivative of the onset by each channel.
  func addWeights(
    on energies: Span<Double>, _ rule: EdgeRule, _ kernel: ChannelKernel,
    to weights: inout MutableSpan<Double>
  ) {
    let averages = averages(on: energies, rule)
    for index in averages.indices {
      kernel.weigh(
        from: averages[index].lower, to: averages[index].upper, factor: averages[index].share,
        channel: averages[index].first, energies: energies, to: &weights)
    }
  }

  /// Adds `factor` times the derivative of the onset by each channel.
  func addWeights(
    _ factor: PropertyLanes, on energies: Span<Double>, signal: Span<Double>, _ rule: EdgeRule,
    _ kernel: ChannelKernel, to weights: inout MutableSpan<PropertyLanes>
  ) {
    let averages = averages(on: energies, rule)
    for index in averages.indices {
      let share = InlineArray<1, PropertyLanes>(repeating: factor * averages[index].share)
      _ = kernel.weighCells(
        share.span, from: averages[index].lower,
        step: averages[index].upper - averages[index].lower, channel: averages[index].first,
        energies: energies, signal: signal, to: &weights)
    }
  }

  /// The averages that the onset depends on: their shares as integrals, where they begin and end
  /// (eV), and a channel below.
  ///
  /// The onset moves down as the average there rises, and up as the maximum does.
  private func averages(
    on energies: Span<Double>, _ rule: EdgeRule
  ) -> InlineArray<3, (share: Double, lower: Double, upper: Double, first: Int)> {
    let half = rule.averagingWidth / 2
    let unit = 1 / (slope * rule.averagingWidth)
    let (below, above) = (energies[crossing - 1], energies[crossing])
    let part = (energy - below) / (above - below)
    func average(
      _ share: Double, around channel: Int
    ) -> (share: Double, lower: Double, upper: Double, first: Int) {
      let lower = energies[channel] - half
      var first = channel
      while first > 0, energies[first] > lower { first -= 1 }
      return (share, lower, energies[channel] + half, first)
    }
    return [
      average(-unit * (1 - part), around: crossing - 1),
      average(-unit * part, around: crossing),
      average(unit * rule.fraction, around: peak),
    ]
  }

  /// The channels whose averages are looked at.
  private static func channels(
    of axis: EnergyAxis, above lowest: Double, rule: EdgeRule
  ) throws(SpectraError) -> Range<Int> {
    let half = rule.averagingWidth / 2
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
    return begin..<end
  }

  /// The first channel at or above the energy of the crossing, walking down from half the maximum.
  private static func crossing(
    _ averaged: borrowing MutableSpan<Double>, _ channels: Range<Int>, peak: Double,
    fraction: Double, _ kernel: ChannelKernel
  ) -> Int {
    let sure = max(0.5, fraction) * peak
    var channel = kernel.first(
      from: sure, of: averaged, in: channels.lowerBound..<channels.upperBound - 1)
    while channel > channels.lowerBound, averaged[channel - 1] >= fraction * peak { channel -= 1 }
    return channel
  }

  /// Standard deviation of the running average, from the second differences of the channels, whose
  /// noise must be independent: of `signal` before deconvolution and broadening.
  ///
  /// - Throws: `.noEdge` where the axis does not reach the edge.
  static func noise(
    _ signal: Span<Double>, on axis: EnergyAxis, above lowest: Double, rule: EdgeRule,
    _ kernel: ChannelKernel
  ) throws(SpectraError) -> Double {
    let channels = try channels(of: axis, above: lowest, rule: rule)
    let energies = axis.energies
    let variance =
      kernel.curvature(of: signal.extracting(channels)) / (6 * Double(channels.count - 2))
    let channelWidth =
      (energies[channels.upperBound - 1] - energies[channels.lowerBound])
      / Double(channels.count - 1)
    return (variance * min(1, channelWidth / rule.averagingWidth)).squareRoot()
  }
}
