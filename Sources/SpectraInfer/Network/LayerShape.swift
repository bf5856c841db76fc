/// Where one dense layer lies in the parameters of an ensemble.
struct LayerShape: BitwiseCopyable, Sendable {
  var inputCount: Int
  var outputCount: Int
  /// Outputs rounded up to a multiple of 16; the columns between hold zeros.
  var paddedCount: Int
  /// Index of the first weight: [in][weightStride], so that the outputs of one input lie side by
  /// side.
  var weights: Int
  /// Index of the first bias, `paddedCount` of them.
  var bias: Int
  /// Index of the first weight in `BackwardWeights`: [out][backwardStride].
  var backward = 0
  /// Index of the first scale there, one for each output.
  var scales = 0
  /// Whether negative outputs become 0 (ReLU).
  var rectified: Bool

  /// A layer without inputs and outputs.
  static var none: LayerShape {
    LayerShape(
      inputCount: 0, outputCount: 0, paddedCount: 0, weights: 0, bias: 0, rectified: false)
  }

  /// Floats from the weights of one input to those of the next.
  ///
  /// Rows that are multiples of a kilobyte apart would share the few places of the first-level cache
  /// that their addresses allow, and drive each other out; so a line of the cache lies between them.
  var weightStride: Int { paddedCount % 256 == 0 ? paddedCount + 16 : paddedCount }

  /// Inputs rounded up to a multiple of 32.
  var backwardStride: Int { Self.padded(inputCount, to: 32) }

  static func padded(_ count: Int, to multiple: Int = 16) -> Int {
    (count + multiple - 1) & ~(multiple - 1)
  }
}
