extension Model {
  // Beyond this a value is no normalised intensity, and products of it could overflow.
  private static let featureMaximum: Float = 1e6

  /// Checks the prepared intensities of one spectrum, and scales them into a row.
  func take(
    _ features: Span<Float>, row: Int, into scaled: inout Region<Float>
  ) throws(SpectraError) {
    if !scale(features, row: row, into: &scaled) { try check(features) }
  }

  /// - Returns: whether all are intensities.
  private func scale(
    _ features: Span<Float>, row: Int, into scaled: inout Region<Float>
  ) -> Bool {
    var rows = scaled.mutableSpan((row + 1) * ensemble.widestLayer)
    var own = rows._mutatingExtracting((row * ensemble.widestLayer)...)
    return scaler.take(features, maximum: Self.featureMaximum, into: &own)
  }

  /// Scales the features that were prepared in the workspace, into the first row.
  func scale(
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
