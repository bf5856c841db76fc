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
    var begin = lower
    var left = energies[channel]
    var carried = weights[channel]
    while true {
      let right = energies[channel + 1]
      let isLast = right >= upper || channel + 2 >= energies.count
      let end = isLast ? upper : right
      let width = right - left
      // The spectrum is a straight line between two channels.
      var behind = width / 2
      if begin != left || end != right {
        let (from, to) = ((begin - left) / width, (end - left) / width)
        behind *= to * to - from * from
      }
      weights[channel] = carried + value * ((end - begin) - behind)
      carried = weights[channel + 1] + value * behind
      guard !isLast else { break }
      (begin, left) = (end, right)
      channel += 1
    }
    weights[channel + 1] = carried
  }
}
