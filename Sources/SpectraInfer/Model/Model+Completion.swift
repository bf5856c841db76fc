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
  ///   - measurement: variances of the properties from the noise of the measurement; nil for features,
  ///     which have none.
  /// - Throws: `.notFinite` where weights and features of extreme size overflowed.
  func complete(
    _ prediction: inout Prediction, row: Int, measurement: PropertyLanes? = nil,
    using workspace: borrowing Workspace
  ) throws(SpectraError) {
    let rows = workspace.rowsRun
    if domain.isOutside(row, of: rows, workspace.domain) {
      prediction.flags.insert(.outsideReferenceDomain)
    }
    let outputs = workspace.outputs.span(memberCount * rows * ensemble.outputStride)
    let (mean, deviation) = Self.statistics(
      outputs, from: row * ensemble.outputStride, stride: rows * ensemble.outputStride,
      count: memberCount)
    guard mean.areFinite, deviation.areFinite else {
      throw SpectraError(
        .notFinite, "the networks overflowed; the spectrum is too extreme for this model")
    }
    let count = prediction.neighborCount
    let distance = count > 0 ? prediction.neighbors[0].distance : 0
    let scale = PropertyLanes(targetScale)
    let estimate = calibration.estimate(
      PropertyLanes(targetMean) + scale * mean, spread: scale * deviation, distance: distance,
      measurementVariance: measurement)
    estimate.store(into: &prediction.estimates)
    if references.disagree(
      prediction.neighbors.span.extracting(first: count), 2 * estimate.halfWidth95)
    {
      prediction.flags.insert(.ambiguous)
    }
  }

  /// Mean and standard deviation (n - 1) over the members.
  @inline(__always)
  private static func statistics(
    _ outputs: Span<Float>, from start: Int, stride: Int, count: Int
  ) -> (mean: PropertyLanes, deviation: PropertyLanes) {
    var sum = PropertyLanes.zero
    for member in 0..<count { sum += PropertyLanes(outputs, from: start + member * stride) }
    let mean = sum / Double(count)
    guard count > 1 else { return (mean, .zero) }
    var squares = PropertyLanes.zero
    for member in 0..<count {
      let difference = PropertyLanes(outputs, from: start + member * stride) - mean
      squares += difference * difference
    }
    return (mean, (squares / Double(count - 1)).squareRoot())
  }
}
