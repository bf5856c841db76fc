internal import CKernels

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
  private let halfSlopes: Span<Double>

  /// - Parameters:
  ///   - integral: that from the first channel of `channels` up to each (intensity times eV).
  ///   - halfSlopes: half of the slope from each channel to the next, intensity per eV.
  @_lifetime(copy energies, copy signal, copy integral, copy halfSlopes)
  init(
    _ channels: Range<Int>, energies: Span<Double>, signal: Span<Double>, integral: Span<Double>,
    halfSlopes: Span<Double>
  ) {
    self.channels = channels
    self.energies = energies
    self.signal = signal
    self.integral = integral
    self.halfSlopes = halfSlopes
  }

  /// The integral up to `energy` (eV), which must lie in the range of the channels.
  ///
  /// - Parameter channel: a channel at or below `energy` to start from; moved to the last such one,
  ///   so that rising energies cost one pass over the channels in all.
  func value(at energy: Double, from channel: inout Int) -> Double {
    while channel + 2 < channels.upperBound, energies[channel + 1] <= energy { channel += 1 }
    let part = energy - energies[channel]
    return integral[channel] + part * (signal[channel] + halfSlopes[channel] * part)
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
      from: lower, step: step, channel: first - channels.lowerBound, of: self, into: &features)
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
      &own, range.lowerBound - start..<range.upperBound - start, half: width / 2, of: self)
  }

  /// Lends the channels that the integral is known of to C.
  func withUnsafeLines(_ body: (UnsafePointer<spectra_lines>) -> Void) {
    unsafe energies.extracting(channels).withUnsafeBufferPointer { energies in
      unsafe signal.extracting(channels).withUnsafeBufferPointer { signal in
        unsafe integral.extracting(channels).withUnsafeBufferPointer { integral in
          unsafe halfSlopes.extracting(channels).withUnsafeBufferPointer { halfSlopes in
            var lines = unsafe spectra_lines(
              count: channels.count, energies: energies.baseAddress, signal: signal.baseAddress,
              integral: integral.baseAddress, half_slopes: halfSlopes.baseAddress)
            unsafe body(&lines)
          }
        }
      }
    }
  }
}
