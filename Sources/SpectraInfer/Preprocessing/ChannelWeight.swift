/// How one scalar depends on a channel, or several scalars at once.
protocol ChannelWeight: BitwiseCopyable {
  static var zero: Self { get }

  /// The same number for each scalar.
  init(repeating value: Double)

  static func + (one: Self, other: Self) -> Self
  static func * (one: Self, other: Self) -> Self

  /// The sums of weights over channels; where the background is 0, x may be -infinity.
  static func noiseSums(
    _ weights: Span<Self>, variances: Span<Double>, background: Span<Double>, x: Span<Double>,
    _ kernel: ChannelKernel
  ) -> NoiseSums<Self>
}

extension ChannelWeight {
  static func += (sum: inout Self, other: Self) { sum = sum + other }

  static func * (weight: Self, factor: Double) -> Self { weight * Self(repeating: factor) }
}

extension Double: ChannelWeight {
  init(repeating value: Double) { self = value }

  static func noiseSums(
    _ weights: Span<Double>, variances: Span<Double>, background: Span<Double>, x: Span<Double>,
    _ kernel: ChannelKernel
  ) -> NoiseSums<Double> {
    kernel.noiseSums(weights, variances: variances, background: background, x: x)
  }
}
