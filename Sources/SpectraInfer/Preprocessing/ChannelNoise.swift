/// What the noise of each prepared channel is made of, for all sums of them that are asked about.
struct ChannelNoise: ~Copyable {
  /// Variance of the measured intensity.
  var variances: Region<Double>
  /// The background that was subtracted; 0: none.
  var background: Region<Double>
  /// ln(E / center) of the background; -infinity where there is none.
  var logarithms: Region<Double>

  /// Fills the channels of `range` with those of a spectrum that has no background.
  mutating func clearBackground(in range: Range<Int>) {
    var values = background.mutableSpan(range.upperBound)
    for channel in range { values[channel] = 0 }
    values = logarithms.mutableSpan(range.upperBound)
    for channel in range { values[channel] = 0 }
  }

  /// The sums of some weights, the first of which is that of channel `range.lowerBound`.
  func sums<Weight: ChannelWeight>(
    of weights: Span<Weight>, in range: Range<Int>, _ kernel: ChannelKernel
  ) -> NoiseSums<Weight> {
    Weight.noiseSums(
      weights, variances: variances.span(range.upperBound).extracting(range),
      background: background.span(range.upperBound).extracting(range),
      x: logarithms.span(range.upperBound).extracting(range), kernel)
  }

  /// What the weighted sum shares with the level and the slope of the background: the sums of w
  /// variance and of w variance x over the channels of its window.
  func shared<Weight: ChannelWeight>(
    of weights: Span<Weight>, in range: Range<Int>, with window: Range<Int>
  ) -> (level: Weight, slope: Weight) {
    let x = logarithms.span(range.upperBound)
    let variances = variances.span(range.upperBound)
    var (level, slope) = (Weight.zero, Weight.zero)
    for channel in range.clamped(to: window) {
      let term = weights[channel - range.lowerBound] * variances[channel]
      level += term
      slope += term * x[channel]
    }
    return (level, slope)
  }
}
