extension Model {
  // Beyond this a value is no normalised intensity, and products of it could overflow.
  private static let featureMaximum: Float = 1e6

  /// Checks prepared intensities, copies them into a row of the workspace and scales them there.
  func adopt(
    _ features: Span<Float>, from start: Int, row: Int, using workspace: inout Workspace
  ) throws(SpectraError) {
    let own = features.extracting(start..<start + featureCount)
    if !take(own, row: row, into: &workspace.features, scaled: &workspace.scaled) {
      try check(own)
    }
  }

  private func take(
    _ features: Span<Float>, row: Int, into rows: inout Region<Float>,
    scaled: inout Region<Float>
  ) -> Bool {
    var rows = rows.mutableSpan((row + 1) * featureCount)
    var copy = rows._mutatingExtracting((row * featureCount)...)
    var scaled = scaled.mutableSpan((row + 1) * ensemble.widestLayer)
    var own = scaled._mutatingExtracting((row * ensemble.widestLayer)...)
    return scaler.take(features, maximum: Self.featureMaximum, into: &copy, scaled: &own)
  }

  /// Scales the features that were prepared in the first row of the workspace.
  func scaleFirst(
    _ features: borrowing Region<Float>, into scaled: inout Region<Float>
  ) {
    var scaled = scaled.mutableSpan(ensemble.widestLayer)
    scaler.scale(features.span(featureCount), into: &scaled)
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
