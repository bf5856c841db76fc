internal import CKernels

extension Model {
  // Beyond this a value is no normalised intensity, and products of it could overflow.
  private static let featureMaximum: Float = 1e6

  /// Checks prepared intensities and copies them into a row of the workspace.
  func adopt(
    _ features: Span<Float>, from start: Int, row: Int, using workspace: inout Workspace
  ) throws(SpectraError) {
    let own = features.extracting(start..<start + featureCount)
    if !copy(own, row: row, into: &workspace.features) { try check(own) }
  }

  /// Whether all are intensities; what is copied is of use only then.
  private func copy(_ features: Span<Float>, row: Int, into rows: inout Region<Float>) -> Bool {
    var all = rows.mutableSpan((row + 1) * featureCount)
    var target = all._mutatingExtracting(row * featureCount..<(row + 1) * featureCount)
    return unsafe features.withUnsafeBufferPointer { features in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let source = features.baseAddress, let target = target.baseAddress else {
          return false
        }
        return unsafe spectra_kernel_copy_features(
          ensemble.kernel, featureCount, source, Self.featureMaximum, target)
      }
    }
  }

  /// Checks prepared intensities that somebody else made.
  package func check(_ features: Span<Float>) throws(SpectraError) {
    try checkFeatureCount(features.count)
    for index in features.indices { try Self.check(features[index], at: index) }
  }

  private static func check(_ feature: Float, at index: Int) throws(SpectraError) {
    // Written so that NaN fails too.
    guard feature.magnitude <= featureMaximum else {
      throw SpectraError(
        .notFinite,
        "a feature is NaN, infinite or above 1e6; prepare the spectrum with a mean of 1",
        found: Double(index))
    }
  }

  func checkFeatureCount(_ count: Int) throws(SpectraError) {
    guard count == featureCount else {
      throw SpectraError(
        .count, "the number of features must be the model's", found: Double(count),
        expected: Double(featureCount))
    }
  }
}
