/// Brings features to the scale at which the networks were trained: (x - mean) / scale, point by
/// point.
struct Scaler: ~Copyable {
  private let mean: Storage<Float>
  private let inverse: Storage<Float>

  /// - Parameters:
  ///   - mean: one value for each feature.
  ///   - inverse: one over the scale of each feature.
  init(mean: consuming Storage<Float>, inverse: consuming Storage<Float>) {
    self.mean = mean
    self.inverse = inverse
  }

  /// Number of features.
  var count: Int { mean.count }

  /// One over the scale of a feature.
  func inverseScale(_ index: Int) -> Float { inverse.span[index] }

  /// Scales `features` into `scaled`, both starting at 0.
  func apply(
    _ features: Span<Float>, from start: Int, into scaled: inout MutableSpan<Float>, at row: Int
  ) {
    let (mean, inverse) = (mean.span, inverse.span)
    for index in 0..<mean.count {
      scaled[row + index] = (features[start + index] - mean[index]) * inverse[index]
    }
  }
}
