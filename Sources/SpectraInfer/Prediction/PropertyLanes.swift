internal import CKernels

/// One number for each property, reckoned with together: the same operation on all six at once.
///
/// Eight doubles, the last two of which are of no use: a vector of the widest processors, and a row of
/// what the kernels know as scalars.
struct PropertyLanes: ChannelWeight {
  static let count = 6
  /// Numbers from one to the next, where the kernels see them.
  static let stride = Int(SPECTRA_SCALARS)

  private var lanes: SIMD8<Double>

  static var zero: Self { Self(lanes: .zero) }

  private init(lanes: SIMD8<Double>) { self.lanes = lanes }

  init(repeating value: Double) { lanes = SIMD8(repeating: value) }

  /// The numbers that `value` has for each lane, 0 to 5.
  init(_ value: (Int) -> Double) {
    lanes = SIMD8(value(0), value(1), value(2), value(3), value(4), value(5), 0, 0)
  }

  subscript(lane: Int) -> Double {
    get { lanes[lane] }
    set { lanes[lane] = newValue }
  }

  /// Puts zeros into a range, which is a matter of the C library.
  static func clear(_ range: Range<Int>, of all: inout MutableSpan<Self>) {
    unsafe all.withUnsafeMutableBufferPointer { all in
      let part = unsafe UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(rebasing: all[range]))
      guard let start = unsafe part.baseAddress else { return }
      unsafe memset(start, 0, part.count)
    }
  }

  /// With 0 in place of what is below it.
  var clamped: Self {
    Self { max(self[$0], 0) }
  }

  static func + (one: Self, other: Self) -> Self { Self(lanes: one.lanes + other.lanes) }

  static func * (one: Self, other: Self) -> Self { Self(lanes: one.lanes * other.lanes) }

  static func noiseSums(
    _ weights: Span<Self>, variances: Span<Double>, background: Span<Double>, x: Span<Double>,
    _ kernel: ChannelKernel
  ) -> NoiseSums<Self> {
    kernel.noiseSums(weights, variances: variances, background: background, x: x)
  }
}
