/// How an integral of a spectrum over energy depends on its channels: the transpose of
/// `CumulativeIntensity`.
enum ChannelWeights {
  /// Adds `value` times the derivative of the integral from `lower` to `upper` (eV, on the axis) by
  /// each channel.
  ///
  /// - Parameter channel: a channel at or below `lower` to start from; moved to the last one that is
  ///   below `upper`, from which the next integral may start.
  /// - Complexity: O(channels from there to `upper`).
  static func add<Weight: ChannelWeight>(
    _ value: Weight, from lower: Double, to upper: Double, on energies: Span<Double>,
    startingAt channel: inout Int, to weights: inout MutableSpan<Weight>
  ) {
    while channel + 2 < energies.count, energies[channel + 1] <= lower { channel += 1 }
    guard lower < upper else { return }
    let first = channel
    while channel + 2 < energies.count, energies[channel + 1] < upper { channel += 1 }
    guard first < channel else {
      return add(value, from: lower, to: upper, within: first, energies, &weights)
    }
    add(value, from: lower, to: energies[first + 1], within: first, energies, &weights)
    // Between two whole channels, each has half of what lies between its neighbours.
    let half = value * 0.5
    if first + 1 < channel {
      weights[first + 1] += half * (energies[first + 2] - energies[first + 1])
      for inner in first + 2..<max(channel, first + 2) {
        weights[inner] += half * (energies[inner + 1] - energies[inner - 1])
      }
      weights[channel] += half * (energies[channel] - energies[channel - 1])
    }
    add(value, from: energies[channel], to: upper, within: channel, energies, &weights)
  }

  /// The part of the integral that lies between a channel and the next, where the spectrum is a
  /// straight line.
  @inline(__always)
  private static func add<Weight: ChannelWeight>(
    _ value: Weight, from lower: Double, to upper: Double, within channel: Int,
    _ energies: Span<Double>, _ weights: inout MutableSpan<Weight>
  ) {
    let left = energies[channel]
    let reciprocal = 1 / (energies[channel + 1] - left)
    let width = upper - lower
    let behind = width * ((lower - left) + (upper - left)) * (0.5 * reciprocal)
    weights[channel] += value * (width - behind)
    weights[channel + 1] += value * behind
  }
}
