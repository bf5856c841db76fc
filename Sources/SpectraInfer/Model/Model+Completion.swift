extension Model {
  /// Puts together what the networks, the calibration and the references say of one row.
  ///
  /// - Parameters:
  ///   - prediction: has its preparation already; filled in place, as copying it takes a while.
  ///   - flags: what the preparation says.
  ///   - measurement: variances of the properties from the noise of the measurement; nil for features,
  ///     which have none.
  /// - Throws: `.notFinite` where weights and features of extreme size overflowed.
  func complete(
    _ prediction: inout Prediction, row: Int, flags: PredictionFlags = [],
    measurement: PropertyLanes? = nil, using workspace: inout Workspace
  ) throws(SpectraError) {
    let count = findNeighbors(of: row, of: workspace.features, into: &prediction.neighbors)
    prediction.neighborCount = count
    let distance = count > 0 ? prediction.neighbors[0].distance : 0
    prediction.novelty = count > 0 ? calibration.novelty(of: distance) : .nan
    prediction.flags = flags
    let isUnlike =
      count > 0
      && isUnlike(
        row, nearest: prediction.neighbors[0].reference, workspace.features,
        scratch: &workspace.shape)
    let rows = workspace.rowsRun
    if prediction.novelty > calibration.flagLevel || isUnlike
      || domain.isOutside(row, of: rows, workspace.domain)
    {
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

  private func findNeighbors(
    of row: Int, of features: borrowing Region<Float>,
    into neighbors: inout InlineArray<3, Neighbor>
  ) -> Int {
    var places = neighbors.mutableSpan
    return references.nearest(
      to: features.span((row + 1) * featureCount), from: row * featureCount, into: &places)
  }

  private func isUnlike(
    _ row: Int, nearest: Int, _ features: borrowing Region<Float>, scratch: inout Region<Float>
  ) -> Bool {
    var shape = scratch.mutableSpan(shapes.scratchCount)
    return shapes.areUnlike(
      features.span((row + 1) * featureCount), from: row * featureCount, nearest: nearest,
      scratch: &shape)
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
