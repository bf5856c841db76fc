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
    self.gradient(
      of: property, row: 0, gradients: workspace.gradients, into: &gradient)
  }
}
