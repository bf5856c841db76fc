/// Spikes: one or two channels, too high for any edge, that a cosmic ray or an X-ray hit.
///
/// Channels are a spike where the lower one of them rises above both neighbours by more than
/// `excess` times the largest step between any other adjacent channels within `reach` on each side
/// (6 channels at least, the spike left out). Nothing real is like that: whatever follows a sharp
/// edge has steps of its own size nearby, and so has noise. In counts, so few that all the
/// neighbours are equal, a spike must also have `countMinimum` counts, whose unit is the smallest
/// step in the spectrum.
struct SpikeDetection {
  private static let excess = 5.0
  private static let reach = 3.0
  private static let nearby = 6
  private static let countMinimum = 20.0

  /// Number of spikes.
  private(set) var count = 0
  /// Energy of the first one, eV.
  private(set) var firstEnergy: Double?

  /// No spikes.
  init() {}

  /// Finds the spikes of `signal`, and puts a straight line in their place where asked.
  ///
  /// - Parameter smallestStep: the smallest difference of adjacent channels that is not 0.
  /// - Complexity: O(channels), and O(channels within reach) for each candidate.
  init(
    in signal: inout MutableSpan<Double>, energies: Span<Double>, smallestStep: Double,
    replace: Bool, _ kernel: ChannelKernel
  ) {
    guard energies.count > 2 * Self.nearby else { return }
    let floor = Self.countMinimum * smallestStep
    var from = 0
    while let channel = kernel.nextSpike(
      in: signal, from: from, floor: floor, excess: Self.excess)
    {
      let width = Self.width(signal, at: channel, floor: floor)
      guard width > 0, Self.isSpike(signal, channel..<channel + width, energies) else {
        from = channel + 1
        continue
      }
      if count == 0 { firstEnergy = energies[channel] }
      count += 1
      if replace { Self.bridge(&signal, channel..<channel + width, energies) }
      from = channel + width
    }
  }

  /// Channels of a candidate that starts here, 1 or 2; 0: there is none.
  private static func width(
    _ signal: borrowing MutableSpan<Double>, at channel: Int, floor: Double
  ) -> Int {
    let (left, here, right) = (signal[channel - 1], signal[channel], signal[channel + 1])
    let before = (left - signal[channel - 2]).magnitude
    guard here - left > max(floor, excess * before) else { return 0 }
    let next = signal[channel + 2]
    if here - right > excess * (right - left).magnitude, here - right > floor,
      here - right > excess * (next - right).magnitude
    {
      return 1
    }
    let low = min(here, right) - max(left, next)
    return low > floor && low > excess * max(before, (next - left).magnitude) ? 2 : 0
  }

  private static func isSpike(
    _ signal: borrowing MutableSpan<Double>, _ spike: Range<Int>, _ energies: Span<Double>
  ) -> Bool {
    let (left, right) = (spike.lowerBound - 1, spike.upperBound)
    var lowest = Double.infinity
    for channel in spike { lowest = min(lowest, signal[channel]) }
    let limit = (lowest - max(signal[left], signal[right])) / excess
    guard (signal[right] - signal[left]).magnitude < limit else { return false }
    var channel = left
    while channel > 0,
      left - channel < nearby || energies[left] - energies[channel] < reach
    {
      guard (signal[channel] - signal[channel - 1]).magnitude < limit else { return false }
      channel -= 1
    }
    channel = right
    while channel < energies.count - 1,
      channel - right < nearby || energies[channel] - energies[right] < reach
    {
      guard (signal[channel + 1] - signal[channel]).magnitude < limit else { return false }
      channel += 1
    }
    return true
  }

  private static func bridge(
    _ signal: inout MutableSpan<Double>, _ spike: Range<Int>, _ energies: Span<Double>
  ) {
    let (left, right) = (spike.lowerBound - 1, spike.upperBound)
    let slope = (signal[right] - signal[left]) / (energies[right] - energies[left])
    for channel in spike {
      signal[channel] = signal[left] + slope * (energies[channel] - energies[left])
    }
  }
}
