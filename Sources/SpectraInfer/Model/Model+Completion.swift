extension Model {
  /// Puts together what the networks, the calibration and the references say of one row.
  ///
  /// - Parameters:
  ///   - prediction: has its preparation already; filled in place, as copying it takes a while.
  ///   - flags: what the preparation says.
  ///   - measurement: variances of the properties from the noise of the measurement.
  /// - Throws: `.notFinite` where weights and features of extreme size overflowed.
  func complete(
    _ prediction: inout Prediction, row: Int, flags: PredictionFlags = [],
    measurement: PropertyValues = PropertyValues(repeating: 0), using workspace: inout Workspace
  ) throws(SpectraError) {
    let (neighbors, neighborCount) = nearest(to: row, of: workspace.features)
    let isUnlike =
      neighborCount > 0
      && isUnlike(
        row, nearest: neighbors[0].reference, workspace.features, scratch: &workspace.shape)
    let distance = neighborCount > 0 ? neighbors[0].distance : 0
    prediction.novelty = neighborCount > 0 ? calibration.novelty(of: distance) : .nan
    prediction.neighbors = neighbors
    prediction.neighborCount = neighborCount

    let rows = workspace.rowsRun
    let outputs = workspace.outputs.span(memberCount * rows * ensemble.outputStride)
    for property in MaterialProperty.allCases {
      let index = property.rawValue
      let (mean, deviation) = Self.statistics(
        outputs, from: row * ensemble.outputStride + index,
        stride: rows * ensemble.outputStride, count: memberCount)
      guard mean.isFinite, deviation.isFinite else {
        throw SpectraError(
          .notFinite, "the networks overflowed; the spectrum is too extreme for this model")
      }
      let scale = targetScale[property]
      prediction.estimates[index] = calibration.properties.span[index].estimate(
        value: targetMean[property] + scale * mean, spread: scale * deviation, distance: distance,
        measurementVariance: measurement[property])
    }

    prediction.flags = flags
    if prediction.novelty > calibration.flagLevel || isUnlike {
      prediction.flags.insert(.outsideReferenceDomain)
    }
    if references.disagree(neighbors, neighborCount, prediction.estimates) {
      prediction.flags.insert(.ambiguous)
    }
  }

  private func nearest(
    to row: Int, of features: borrowing Region<Float>
  ) -> (neighbors: InlineArray<3, Neighbor>, count: Int) {
    references.nearest(to: features.span((row + 1) * featureCount), from: row * featureCount)
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
  private static func statistics(
    _ values: Span<Float>, from start: Int, stride: Int, count: Int
  ) -> (mean: Double, deviation: Double) {
    var sum = 0.0
    for member in 0..<count { sum += Double(values[start + member * stride]) }
    let mean = sum / Double(count)
    var squares = 0.0
    for member in 0..<count {
      let difference = Double(values[start + member * stride]) - mean
      squares += difference * difference
    }
    return (mean, count > 1 ? (squares / Double(count - 1)).squareRoot() : 0)
  }
}
