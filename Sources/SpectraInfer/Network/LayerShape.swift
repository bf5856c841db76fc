/// Where one dense layer lies in the parameters of an ensemble.
struct LayerShape: BitwiseCopyable, Sendable {
  var inputCount: Int
  var outputCount: Int
  /// Outputs rounded up to a multiple of 16; the columns between hold zeros.
  var paddedCount: Int
  /// Index of the first weight: [in][paddedCount], so that the outputs of one input lie side by
  /// side.
  var weights: Int
  /// Index of the first bias, `paddedCount` of them.
  var bias: Int
  /// Index of the first weight in the copy for the way back: [out][padded in].
  var backward = 0
  /// Whether negative outputs become 0 (ReLU).
  var rectified: Bool

  /// Inputs rounded up to a multiple of 16.
  var paddedInputCount: Int { Self.padded(inputCount) }

  static func padded(_ count: Int) -> Int { (count + 15) & ~15 }
}
