/// The integral of a spectrum from its first channel, exact for the straight lines between
/// channels.
///
/// Averages over any stretch of energy follow from two of its values, so smoothing and resampling
/// see every channel, whatever the dispersion: fine channels are averaged, coarse ones
/// interpolated.
struct CumulativeIntensity: ~Escapable {
  private let energies: Span<Double>
  private let signal: Span<Double>
  private let integral: Span<Double>

  /// Fills `integral[c]` with the integral up to channel `c` (intensity times eV).
  ///
  /// - Complexity: O(channels).
  static func fill(
    _ integral: inout MutableSpan<Double>, energies: Span<Double>, signal: Span<Double>
  ) {
    var sum = 0.0
    integral[0] = 0
    for channel in 1..<energies.count {
      let width = energies[channel] - energies[channel - 1]
      sum += width * (signal[channel] + signal[channel - 1]) / 2
      integral[channel] = sum
    }
  }

  @_lifetime(copy energies, copy signal, copy integral)
  init(energies: Span<Double>, signal: Span<Double>, integral: Span<Double>) {
    self.energies = energies
    self.signal = signal
    self.integral = integral
  }

  /// The integral up to `energy` (eV), which must lie on the axis.
  ///
  /// - Parameter channel: a channel at or below `energy` to start from; moved to the last such one,
  ///   so that rising energies cost one pass over the channels in all.
  func value(at energy: Double, from channel: inout Int) -> Double {
    while channel + 2 < energies.count, energies[channel + 1] <= energy { channel += 1 }
    let width = energies[channel + 1] - energies[channel]
    let part = energy - energies[channel]
    let slope = (signal[channel + 1] - signal[channel]) / width
    return integral[channel] + part * (signal[channel] + slope * part / 2)
  }
}
