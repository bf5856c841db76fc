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

  /// Scales `count` features.
  func scale(_ features: Span<Float>, into scaled: inout MutableSpan<Float>) {
    precondition(features.count == count && scaled.count >= count)
    unsafe features.withUnsafeBufferPointer { features in
      unsafe scaled.withUnsafeMutableBufferPointer { scaled in
        guard let features = features.baseAddress, let scaled = scaled.baseAddress else { return }
        unsafe spectra_kernel_scale_features(
          kernel, count, features, mean.start.assumingMemoryBound(to: Float.self),
          inverse.start.assumingMemoryBound(to: Float.self), scaled)
      }
    }
  }

  /// Scales `count` features that somebody else made, and looks at them in the same pass.
  ///
  /// - Returns: whether none is NaN or above `maximum` in magnitude; what was written is of use only
  ///   then.
  func take(
    _ features: Span<Float>, maximum: Float, into scaled: inout MutableSpan<Float>
  ) -> Bool {
    precondition(features.count == count && scaled.count >= count)
    return unsafe features.withUnsafeBufferPointer { features in
      unsafe scaled.withUnsafeMutableBufferPointer { scaled in
        guard let features = features.baseAddress, let scaled = scaled.baseAddress
        else { return false }
        return unsafe spectra_kernel_take_features(
          kernel, count, features, maximum, mean.start.assumingMemoryBound(to: Float.self),
          inverse.start.assumingMemoryBound(to: Float.self), scaled)
      }
    }
  }
}
