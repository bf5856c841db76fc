internal import CKernels

/// A spectrum in few numbers: a bound of its distance to another from below, eight times cheaper than
/// the distance.
///
/// The numbers are the means of every eight intensities, times the root of eight, and the size of what
/// they leave over. The means are a projection, so that their squared distance, and that of the two
/// sizes, add up to at most the whole (piecewise aggregate approximation; Keogh et al., Knowl. Inf.
/// Syst. 3 (2001) 263). What the bound rules out is farther away; the rest is measured in full, so that
/// the nearest are the same as without it.
struct BlockMeans: ~Escapable {
  /// Memory for the numbers of one spectrum, enough for `ModelLimits.features`; the value of a generic
  /// type cannot be named.
  typealias Memory = InlineArray<513, Float>

  private static let width = 8

  private let values: Span<Float>
  /// Euclidean size of the spectrum.
  private let size: Double

  /// How many numbers there are.
  var count: Int { values.count }

  /// The numbers that `write` wrote side by side, and what it returned.
  @_lifetime(copy values)
  init(_ values: Span<Float>, size: Double) {
    self.values = values
    self.size = size
  }

  /// Writes the numbers of a spectrum to every `step`th place from `place` on.
  ///
  /// - Returns: the Euclidean size of the spectrum.
  static func write(
    of features: Span<Float>, into values: inout MutableSpan<Float>, at place: Int, step: Int
  ) -> Double {
    let blocks = count(features.count) - 1
    let root = Double(width).squareRoot()
    var (rest, squares) = (0.0, 0.0)
    for block in 0..<blocks {
      var sum = 0.0
      for offset in 0..<width { sum += Double(features[block * width + offset]) }
      let mean = sum / Double(width)
      for offset in 0..<width {
        let difference = Double(features[block * width + offset]) - mean
        rest += difference * difference
      }
      squares += Double(width) * mean * mean
      values[place + block * step] = Float(mean * root)
    }
    for feature in blocks * width..<features.count {
      rest += Double(features[feature]) * Double(features[feature])
    }
    values[place + blocks * step] = Float(rest.squareRoot())
    return (squares + rest).squareRoot()
  }

  /// How many numbers a spectrum has.
  static func count(_ featureCount: Int) -> Int { min(512, featureCount / width) + 1 }

  /// What the bounds of references that may be nearer than a squared distance are at most.
  ///
  /// - Parameter largest: at least the size of any reference.
  func highest(within limit: Double, largest: Double) -> Float {
    // Each number is known but for less than a millionth of the spectrum's size, and the sums are
    // rounded by less than a ten-thousandth.
    let distance = limit.squareRoot() + 1e-6 * (size + largest)
    return Float(distance * distance * 1.001)
  }

  /// Fills in the bounds of `blocks` times sixteen references, as squared distances.
  ///
  /// - Parameter others: their numbers, [blocks][count][16].
  func fill(
    _ bounds: inout MutableSpan<Float>, _ others: Span<Float>, blocks: Int, kernel: spectra_kernel
  ) {
    unsafe values.withUnsafeBufferPointer { own in
      unsafe others.withUnsafeBufferPointer { others in
        unsafe bounds.withUnsafeMutableBufferPointer { bounds in
          guard let own = own.baseAddress, let others = others.baseAddress,
            let bounds = bounds.baseAddress
          else { return }
          unsafe spectra_kernel_distances(kernel, blocks, count, own, others, bounds)
        }
      }
    }
  }
}
