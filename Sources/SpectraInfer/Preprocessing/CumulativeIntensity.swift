/// The integral of a spectrum from one of its channels on, exact for the straight lines between
/// channels.
///
/// Averages over any stretch of energy follow from two of its values, so smoothing and resampling
/// see every channel, whatever the dispersion: fine channels are averaged, coarse ones
/// interpolated.
struct CumulativeIntensity: ~Escapable {
  /// The channels that the integral is known of.
  let channels: Range<Int>
  private let energies: Span<Double>
  private let signal: Span<Double>
  private let integral: Span<Double>

  /// Fills `integral[c]` with the integral from the first channel of `channels` up to channel `c`
  /// (intensity times eV).
  ///
  /// - Complexity: O(channels).
  static func fill(
    _ integral: inout Region<Double>, _ channels: Range<Int>, energies: Span<Double>,
    signal: Span<Double>, _ kernel: ChannelKernel
  ) {
    var sums = integral.mutableSpan(channels.upperBound)
    var own = sums._mutatingExtracting(channels)
    kernel.integrate(
      signal.extracting(channels), over: energies.extracting(channels), into: &own)
  }

  @_lifetime(copy energies, copy signal, copy integral)
  init(
    _ channels: Range<Int>, energies: Span<Double>, signal: Span<Double>, integral: Span<Double>
  ) {
    self.channels = channels
    self.energies = energies
    self.signal = signal
    self.integral = integral
  }

  /// The integral up to `energy` (eV), which must lie in the range of the channels.
  ///
  /// - Parameter channel: a channel at or below `energy` to start from; moved to the last such one,
  ///   so that rising energies cost one pass over the channels in all.
  func value(at energy: Double, from channel: inout Int) -> Double {
    while channel + 2 < channels.upperBound, energies[channel + 1] <= energy { channel += 1 }
    let width = energies[channel + 1] - energies[channel]
    let part = energy - energies[channel]
    let slope = (signal[channel + 1] - signal[channel]) / width
    return integral[channel] + part * (signal[channel] + slope * part / 2)
  }

  /// The integral from one energy (eV) to a higher one, both in the range of the channels.
  ///
  /// - Complexity: as `EnergyAxis.channel(atOrAbove:)`.
  func value(from lower: Double, to upper: Double, on axis: EnergyAxis) -> Double {
    var first = channel(below: lower, on: axis)
    var last = min(channels.upperBound - 2, channel(below: upper, on: axis))
    let below = value(at: lower, from: &first)
    return value(at: upper, from: &last) - below
  }

  /// The channel from which the integral up to `energy` follows.
  func channel(below energy: Double, on axis: EnergyAxis) -> Int {
    max(channels.lowerBound, axis.channel(atOrAbove: energy) - 1)
  }

  /// Fills `features` with the means over cells of width `step` (eV) from `lower` (eV) on.
  ///
  /// - Returns: the channels that they depend on.
  /// - Complexity: O(channels + features).
  func fillCells(
    _ features: inout MutableSpan<Float>, from lower: Double, step: Double, on axis: EnergyAxis,
    _ kernel: ChannelKernel
  ) -> Range<Int> {
    let first = channel(below: lower, on: axis)
    kernel.takeCells(
      from: lower, step: step, channel: first - channels.lowerBound,
      energies: energies.extracting(channels), signal: signal.extracting(channels),
      integral: integral.extracting(channels), into: &features)
    let upper = lower + Double(features.count) * step
    let last = min(channels.upperBound - 1, axis.channel(atOrAbove: upper))
    return first..<max(last, first + 1) + 1
  }

  /// Fills `averages` of `range` with those over `width` (eV) around each channel, all of which must
  /// lie in the range of the channels.
  ///
  /// - Complexity: O(channels).
  func fillAverages(
    _ averages: inout MutableSpan<Double>, _ range: Range<Int>, width: Double,
    _ kernel: ChannelKernel
  ) {
    let start = channels.lowerBound
    var own = averages._mutatingExtracting(channels)
    kernel.fillAverages(
      &own, range.lowerBound - start..<range.upperBound - start, half: width / 2,
      energies: energies.extracting(channels), signal: signal.extracting(channels),
      integral: integral.extracting(channels))
  }
}
