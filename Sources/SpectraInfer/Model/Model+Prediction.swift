extension Model {
  /// Predicts the properties of one raw spectrum.
  ///
  /// - Parameter lowLoss: the low-loss spectrum taken together with it, where
  ///   `options.lowLossUse` says what for.
  /// - Throws: a `SpectraError` of the spectra or of the options.
  /// - Complexity: O(channels + weights + references x features); allocates nothing.
  public func predict(
    _ spectrum: borrowing Spectrum, lowLoss: Spectrum? = nil,
    options: MeasurementOptions = MeasurementOptions(), using workspace: inout Workspace
  ) throws(SpectraError) -> Prediction {
    try options.validate(for: preprocessor.alignment)
    return try predictMeasured(spectrum, lowLoss: lowLoss, options: options, using: &workspace)
  }

  /// Predicts one raw spectrum, with options that were validated before.
  func predictMeasured(
    _ spectrum: borrowing Spectrum, lowLoss: Spectrum?, options: MeasurementOptions,
    using workspace: inout Workspace
  ) throws(SpectraError) -> Prediction {
    let preparation = try preprocessor.prepareValidated(
      spectrum, lowLoss: lowLoss, options: options, using: &workspace)
    scale(workspace.features, into: &workspace.scaled)
    runNetworks(rows: 1, withGradients: true, using: &workspace)
    runDomain(rows: 1, using: &workspace)
    let variances = try measurementVariances(of: spectrum, preparation, using: &workspace)
    var prediction = Prediction.none
    prediction.preparation = preparation
    recognize(workspace.features, in: &prediction, scratch: &workspace.shape)
    prediction.flags.formUnion(
      PredictionFlags(preparation, broadeningSigma: preprocessor.broadeningSigma))
    try complete(&prediction, row: 0, measurement: variances, using: workspace)
    return prediction
  }

  /// Predicts the properties of one spectrum that is prepared already.
  ///
  /// - Parameter features: `featureCount` intensities on the model's grid, with a mean of 1.
  /// - Throws: `.count` where there are more or fewer; `.notFinite` for NaN and absurd magnitudes.
  public func predict(
    features: Span<Float>, using workspace: inout Workspace
  ) throws(SpectraError) -> Prediction {
    try checkFeatureCount(features.count)
    try take(features, row: 0, into: &workspace.scaled)
    runNetworks(rows: 1, using: &workspace)
    runDomain(rows: 1, using: &workspace)
    var prediction = Prediction.none
    recognize(features, in: &prediction, scratch: &workspace.shape)
    try complete(&prediction, row: 0, using: workspace)
    return prediction
  }
}
