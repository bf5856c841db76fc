/// How an integral of a spectrum over energy depends on its channels: the transpose of
/// `CumulativeIntensity`.
enum ChannelWeights {
  /// Adds `value` times the derivative of the integral from `lower` to `upper` (eV, on the axis) by
  /// each channel.
  ///
  /// - Parameter channel: a channel at or below `lower` to start from; moved to the last such one.
  /// - Complexity: O(channels from there to `upper`).
  static func add(
    _ value: Double, from lower: Double, to upper: Double, on energies: Span<Double>,
    startingAt channel: inout Int, to weights: inout MutableSpan<Double>
  ) {
    while channel + 2 < energies.count, energies[channel + 1] <= lower { channel += 1 }
    var place = channel
    var begin = lower
    while begin < upper {
      let isLast = place + 2 >= energies.count
      let end = isLast ? upper : min(upper, energies[place + 1])
      let width = energies[place + 1] - energies[place]
      // The spectrum is a straight line between two channels.
      let (from, to) = ((begin - energies[place]) / width, (end - energies[place]) / width)
      let right = width * (to * to - from * from) / 2
      weights[place + 1] += value * right
      weights[place] += value * ((end - begin) - right)
      begin = end
      place += 1
    }
  }
}
