extension Model {
  /// Puts down what the references say of a prepared spectrum: the nearest ones, the novelty, and the
  /// first flags.
  ///
  /// - Parameter prediction: filled in place, as copying it takes a while.
  func recognize(
    _ features: Span<Float>, in prediction: inout Prediction, scratch: inout Region<Float>
  ) {
    var places = prediction.neighbors.mutableSpan
    let count = references.nearest(to: features, into: &places)
    prediction.neighborCount = count
    prediction.novelty = .nan
    prediction.flags = []
    guard count > 0 else { return }
    let nearest = prediction.neighbors[0]
    prediction.novelty = calibration.novelty(of: nearest.distance)
    var shape = scratch.mutableSpan(shapes.scratchCount)
    if prediction.novelty > calibration.flagLevel
      || shapes.areUnlike(features, nearest: nearest.reference, scratch: &shape)
    {
      prediction.flags.insert(.outsideReferenceDomain)
    }
  }

  /// The same of the spectrum that was prepared last.
  func recognize(
    _ features: borrowing Region<Float>, in prediction: inout Prediction,
    scratch: inout Region<Float>
  ) {
    recognize(features.span(featureCount), in: &prediction, scratch: &scratch)
  }

  /// Adds what the networks and the calibration say of one row, and the other flags.
  ///
  /// - Parameters:
  ///   - prediction: of a spectrum that was recognized.
  ///   - measurement: variances of the properties from the noise of the measurement; 0 for features,
  ///     which have none.
  /// - Throws: `.notFinite` where weights and features of extreme size overflowed.
  func complete(
    _ prediction: inout Prediction, row: Int, measurement: PropertyLanes = .zero,
    using workspace: borrowing Workspace
  ) throws(SpectraError) {
    let rows = workspace.rowsRun
    if domain.isOutside(row, of: rows, workspace.domain) {
      prediction.flags.insert(.outsideReferenceDomain)
    }
    let count = prediction.neighborCount
    let distance = count > 0 ? prediction.neighbors[0].distance : 0
    let areFinite = calibration.estimate(
      workspace.outputs, from: row * ensemble.outputStride, stride: rows * ensemble.outputStride,
      memberCount: memberCount, distance: distance, variances: measurement,
      into: &prediction.estimates)
    guard areFinite else {
      throw SpectraError(
        .notFinite, "the networks overflowed; the spectrum is too extreme for this model")
    }
    if references.disagree(
      prediction.neighbors.span.extracting(first: count), prediction.estimates.span)
    {
      prediction.flags.insert(.ambiguous)
    }
  }
}
