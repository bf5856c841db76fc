internal import CKernels

/// Brings features to the scale at which the networks were trained: (x - mean) / scale, point by
/// point.
struct Scaler: ~Copyable {
  private let mean: Storage<Float>
  private let inverse: Storage<Float>
  private let kernel: spectra_kernel

  /// - Parameters:
  ///   - mean: one value for each feature.
  ///   - inverse: one over the scale of each feature.
  ///   - kernel: what they are scaled with.
  init(
    mean: consuming Storage<Float>, inverse: consuming Storage<Float>, kernel: spectra_kernel
  ) {
    self.mean = mean
    self.inverse = inverse
    self.kernel = kernel
  }

  /// Number of features.
  var count: Int { mean.count }

  /// One over the scale of each feature.
  var inverseScales: Span<Float> {
    @_lifetime(borrow self) get { inverse.span }
  }

  /// Scales `features` into `scaled`, both starting at 0.
  func apply(
    _ features: Span<Float>, from start: Int, into scaled: inout MutableSpan<Float>, at row: Int
  ) {
    let own = features.extracting(start..<start + count)
    var target = scaled._mutatingExtracting(row..<row + count)
    unsafe own.withUnsafeBufferPointer { own in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let own = own.baseAddress, let target = target.baseAddress else { return }
        unsafe spectra_kernel_scale_features(
          kernel, count, own, mean.start.assumingMemoryBound(to: Float.self),
          inverse.start.assumingMemoryBound(to: Float.self), target)
      }
    }
  }
}
