internal import CKernels

/// One number for each property, reckoned with together: the same operation on all six at once.
///
/// Eight doubles, the last two of which are of no use: a vector of the widest processors, and a row of
/// what the kernels know as scalars. What is reckoned is inlined always: a call would hand all eight
/// over in memory, which takes longer than to add them.
struct PropertyLanes: ChannelWeight {
  static let count = 6
  /// Numbers from one to the next, where the kernels see them.
  static let stride = Int(SPECTRA_SCALARS)

  private var lanes: SIMD8<Double>

  static var zero: Self { Self(lanes: .zero) }

  @inline(__always)
  private init(lanes: SIMD8<Double>) { self.lanes = lanes }

  @inline(__always)
  init(repeating value: Double) { lanes = SIMD8(repeating: value) }

  /// The numbers that `value` has for each lane, 0 to 5.
  init(_ value: (Int) -> Double) {
    lanes = SIMD8(value(0), value(1), value(2), value(3), value(4), value(5), 0, 0)
  }

  /// The value of each property.
  @inline(__always)
  init(_ values: PropertyValues) {
    lanes = SIMD8(
      values.bondLength, values.bondAngle, values.voronoiVolume, values.overlapPopulation,
      values.mullikenCharge, values.excitationEnergy, 0, 0)
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
      guard let start = part.baseAddress else { return }
      unsafe memset(start, 0, part.count)
    }
  }

  /// With 0 in place of what is below it.
  var clamped: Self {
    Self { max(self[$0], 0) }
  }

  /// Whether none is NaN or infinite.
  @inline(__always)
  var areFinite: Bool {
    // What is neither gives 0 here, and NaN with everything else.
    let zeros = lanes * 0
    return zeros == .zero
  }

  /// The lower one of each two; this one where the other is NaN.
  @inline(__always)
  func lower(_ other: Self) -> Self {
    Self(lanes: lanes.replacing(with: other.lanes, where: other.lanes .< lanes))
  }

  /// The higher one of each two; this one where the other is NaN.
  @inline(__always)
  func higher(_ other: Self) -> Self {
    Self(lanes: lanes.replacing(with: other.lanes, where: other.lanes .> lanes))
  }

  /// Whether a number is above its counterpart.
  @inline(__always)
  func exceedsAnywhere(_ other: Self) -> Bool { any(lanes .> other.lanes) }

  @inline(__always)
  static func + (one: Self, other: Self) -> Self { Self(lanes: one.lanes + other.lanes) }

  @inline(__always)
  static func - (one: Self, other: Self) -> Self { Self(lanes: one.lanes - other.lanes) }

  @inline(__always)
  static func * (one: Self, other: Self) -> Self { Self(lanes: one.lanes * other.lanes) }

  @inline(__always)
  static func * (factor: Double, one: Self) -> Self { Self(lanes: factor * one.lanes) }

  @inline(__always)
  static func / (one: Self, divisor: Double) -> Self { Self(lanes: one.lanes / divisor) }

  static func noiseSums(
    _ weights: Span<Self>, variances: Span<Double>, background: Span<Double>, x: Span<Double>,
    _ kernel: ChannelKernel
  ) -> NoiseSums<Self> {
    kernel.noiseSums(weights, variances: variances, background: background, x: x)
  }
}
