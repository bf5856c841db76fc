internal import CKernels

/// Means of every eight intensities of a spectrum: a bound of its distance to a reference from below,
/// eight times cheaper than the distance.
///
/// By the inequality of Cauchy and Schwarz, eight times the squared difference of two means is at most
/// the sum of the eight squared differences (piecewise aggregate approximation; Keogh et al., Knowl.
/// Inf. Syst. 3 (2001) 263). What it rules out is farther away; the rest is measured in full, so that
/// the nearest are the same, bit for bit.
struct BlockMeans {
  static let width = 8
  // For `ModelLimits.features`; the value of a generic type cannot be named.
  private static let countMaximum = 512

  private var values = InlineArray<512, Float>(repeating: 0)
  private let count: Int

  /// Means of the intensities from `start` on; those beyond the last eight have none.
  init(of features: Span<Float>, from start: Int, count featureCount: Int) {
    count = min(Self.countMaximum, featureCount / Self.width)
    for block in 0..<count { values[block] = Self.mean(features, start + block * Self.width) }
  }

  /// Number of means of a spectrum.
  static func count(_ featureCount: Int) -> Int { min(countMaximum, featureCount / width) }

  /// The mean of eight intensities, computed in double precision.
  static func mean(_ features: Span<Float>, _ start: Int) -> Float {
    var sum = 0.0
    for offset in 0..<width { sum += Double(features[start + offset]) }
    return Float(sum / Double(width))
  }

  /// False where the sum of the squared differences from a reference is certainly above `limit`.
  ///
  /// - Parameter references: the means of all references, [references][count].
  func mayBe(within limit: Double, of reference: Int, in references: Span<Float>) -> Bool {
    // Each mean is rounded by less than a millionth of itself, and so are the sums below by a
    // hundred-thousandth.
    let highest = Float(limit / Double(Self.width) * 1.0001)
    let row = reference * count
    let bound = unsafe values.span.withUnsafeBufferPointer { own in
      unsafe references.withUnsafeBufferPointer { all in
        guard count > 0, let own = own.baseAddress, let all = all.baseAddress else {
          return Float(0)
        }
        return unsafe spectra_squares_bound(count, own, all + row)
      }
    }
    return !(bound > highest)
  }
}
