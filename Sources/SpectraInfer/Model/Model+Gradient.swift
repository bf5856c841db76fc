extension Model {
  /// How a property changes with each prepared intensity: its gradient, in the property's unit.
  ///
  /// The networks are piecewise linear, so that the gradient is exact as long as no unit starts or
  /// stops being active.
  ///
  /// - Parameters:
  ///   - features: `featureCount` intensities on the model's grid, with a mean of 1.
  ///   - gradient: receives `featureCount` values.
  /// - Throws: as `predict(features:using:)`; `.count` where `gradient` has not `featureCount`
  ///   values.
  /// - Complexity: O(weights); allocates nothing.
  public func gradient(
    of property: MaterialProperty, features: Span<Float>,
    into gradient: inout MutableSpan<Float>, using workspace: inout Workspace
  ) throws(SpectraError) {
    guard gradient.count == featureCount else {
      throw SpectraError(
        .count, "the gradient has one value for each feature", found: Double(gradient.count),
        expected: Double(featureCount))
    }
    try differentiate(features, using: &workspace)
    unscale(property, workspace.gradient, into: &gradient)
  }

  /// Variances of the properties from the noise and the axis of a spectrum, in first order: the
  /// gradients of the properties through all steps of its preparation.
  ///
  /// - Parameters:
  ///   - spectrum: was prepared last, and the networks ran there and back.
  ///   - preparation: what was done.
  /// - Throws: `.notFinite` where one is too large for a number.
  func measurementVariances(
    of spectrum: borrowing Spectrum, _ preparation: Preparation, using workspace: inout Workspace
  ) throws(SpectraError) -> PropertyLanes {
    unscale(workspace.gradient, into: &workspace.slopes)
    let noise = FeatureNoise(preprocessor, preparation)
    let variances = noise.variances(spectrum: spectrum, using: &workspace)
    guard variances.areFinite else {
      throw SpectraError(.notFinite, "the noise of the spectrum is too extreme for this model")
    }
    return variances.clamped
  }

  /// Brings the sum over the members, by scaled features, to the gradients of all properties.
  private func unscale(
    _ sum: borrowing Region<Float>, into slopes: inout Region<PropertyLanes>
  ) {
    let sum = sum.span(ensemble.gradientCount)
    var slopes = slopes.mutableSpan(featureCount)
    preprocessor.kernel.gatherSlopes(
      calibration.targetScale / Double(memberCount), sum, stride: ensemble.gradientStride,
      inverseScales: scaler.inverseScales, into: &slopes)
  }

  /// Brings the sum over the members, by scaled features, to the gradient of a property.
  private func unscale(
    _ property: MaterialProperty, _ sum: borrowing Region<Float>,
    into gradient: inout MutableSpan<Float>
  ) {
    let sum = sum.span(ensemble.gradientCount)
    let start = property.rawValue * ensemble.gradientStride
    let factor = Float(calibration.targetScale[property.rawValue] / Double(memberCount))
    let scales = scaler.inverseScales
    for index in 0..<featureCount {
      gradient[index] = factor * sum[start + index] * scales[index]
    }
  }
}
