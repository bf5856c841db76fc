internal import CKernels

extension Model {
  // Beyond this a value is no normalised intensity, and products of it could overflow.
  private static let featureMaximum: Float = 1e6

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
  private func predictMeasured(
    _ spectrum: borrowing Spectrum, lowLoss: Spectrum?, options: MeasurementOptions,
    using workspace: inout Workspace
  ) throws(SpectraError) -> Prediction {
    let preparation = try preprocessor.prepare(
      spectrum, lowLoss: lowLoss, options: options, row: 0, using: &workspace)
    runNetworks(rows: 1, withGradients: true, using: &workspace)
    let variances = try measurementVariances(of: spectrum, preparation, using: &workspace)
    var prediction = Prediction.none
    prediction.preparation = preparation
    try complete(&prediction, row: 0, measurement: variances, using: &workspace)
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
    try adopt(features, from: 0, row: 0, using: &workspace)
    runNetworks(rows: 1, using: &workspace)
    var prediction = Prediction.none
    try complete(&prediction, row: 0, using: &workspace)
    return prediction
  }

  /// Predicts many raw spectra on one axis; the result of each is bit for bit that of it alone.
  ///
  /// - Parameters:
  ///   - intensities: channel `c` of spectrum `s` is `[s * spectrumStride + c * channelStride]`.
  ///   - companions: the low-loss spectra and variances that belong to them.
  ///   - finished: is called with the index of each spectrum, in order, and its prediction or
  ///     error.
  /// - Throws: `.count` where the strides lead out of `intensities`; then nothing is predicted.
  public func predict(
    axis: EnergyAxis, intensities: Span<Float>, spectrumCount: Int, spectrumStride: Int,
    channelStride: Int, companions: SpectrumCompanions? = nil,
    options: MeasurementOptions = MeasurementOptions(), using workspace: inout Workspace,
    finished: (Int, Result<Prediction, SpectraError>) -> Void
  ) throws(SpectraError) {
    let last = Self.lastIndex(
      (spectrumCount, spectrumStride), (axis.count, channelStride))
    guard let last, last < intensities.count else { throw Self.stridesError }
    try companions?.validate(spectrumCount: spectrumCount, channelCount: axis.count)
    try options.validate(for: preprocessor.alignment)
    // One after the other: what the noise does to a spectrum is known while the workspace holds it.
    for index in 0..<spectrumCount {
      do throws(SpectraError) {
        let spectrum = try Spectrum(
          axis: axis, intensities: intensities.extracting((index * spectrumStride)...),
          stride: channelStride, variances: companions?.variances(index))
        let prediction = try predictMeasured(
          spectrum, lowLoss: companions?.lowLossSpectrum(index), options: options,
          using: &workspace)
        finished(index, .success(prediction))
      } catch {
        finished(index, .failure(error))
      }
    }
  }

  /// Predicts many prepared spectra; the result of each is bit for bit that of it alone.
  ///
  /// - Parameters:
  ///   - features: spectrum `s` starts at `[s * spectrumStride]`, with `featureCount` values each.
  ///   - finished: is called with the index of each spectrum, in order, and its prediction or
  ///     error.
  /// - Throws: `.count` where the stride leads out of `features` or the count is not the model's.
  public func predict(
    features: Span<Float>, featureCount: Int, spectrumCount: Int, spectrumStride: Int,
    using workspace: inout Workspace, finished: (Int, Result<Prediction, SpectraError>) -> Void
  ) throws(SpectraError) {
    try predict(
      features: features, featureCount: featureCount, spectrumCount: spectrumCount,
      spectrumStride: spectrumStride, using: &workspace,
      predicted: { finished($0, .success(copy $1)) }, failed: { finished($0, .failure($1)) })
  }

  /// The same, with predictions lent and not copied: one is as large as what is computed for it in
  /// a small network.
  package func predict(
    features: Span<Float>, featureCount: Int, spectrumCount: Int, spectrumStride: Int,
    using workspace: inout Workspace, predicted: (Int, borrowing Prediction) -> Void,
    failed: (Int, SpectraError) -> Void
  ) throws(SpectraError) {
    try checkFeatureCount(featureCount)
    let last = Self.lastIndex((spectrumCount, spectrumStride), (featureCount, 1))
    guard let last, last < features.count else { throw Self.stridesError }
    try inBlocks(of: spectrumCount, using: &workspace, predicted: predicted, failed: failed) {
      (index, row, workspace) throws(SpectraError) in
      try adopt(features, from: index * spectrumStride, row: row, using: &workspace)
    }
  }

  // MARK: - One block of rows

  /// Takes up to `Workspace.rowCount` prepared spectra, runs the networks on them together, and
  /// reports.
  private func inBlocks(
    of count: Int, using workspace: inout Workspace,
    predicted: (Int, borrowing Prediction) -> Void, failed: (Int, SpectraError) -> Void,
    adopt: (Int, Int, inout Workspace) throws(SpectraError) -> Void
  ) throws(SpectraError) {
    var start = 0
    var prediction = Prediction.none
    while start < count {
      let rows = min(Workspace.rowCount, count - start)
      var refused: UInt64 = 0
      for row in 0..<rows {
        do throws(SpectraError) {
          try adopt(start + row, row, &workspace)
        } catch {
          refused |= 1 << UInt64(row)
          workspace.clear(row: row, featureCount: featureCount)
        }
      }
      runNetworks(rows: rows, using: &workspace)
      for row in 0..<rows {
        do throws(SpectraError) {
          // Errors are large and rare: what failed is asked again.
          if refused >> UInt64(row) & 1 == 1 { try adopt(start + row, row, &workspace) }
          try complete(&prediction, row: row, using: &workspace)
          predicted(start + row, prediction)
        } catch {
          failed(start + row, error)
        }
      }
      start += rows
    }
  }

  /// Checks prepared intensities and copies them into a row of the workspace.
  private func adopt(
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
        return unsafe spectra_copy_features(featureCount, source, Self.featureMaximum, target)
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

  /// Runs all members on one spectrum that is prepared already, there and back.
  func differentiate(
    _ features: Span<Float>, using workspace: inout Workspace
  ) throws(SpectraError) {
    try checkFeatureCount(features.count)
    try adopt(features, from: 0, row: 0, using: &workspace)
    runNetworks(rows: 1, withGradients: true, using: &workspace)
  }

  /// Runs all members on the first `rows` rows of prepared features, there and, where the gradients
  /// of a single row are wanted, back.
  private func runNetworks(
    rows: Int, withGradients: Bool = false, using workspace: inout Workspace
  ) {
    workspace.rowsRun = rows
    scale(rows: rows, workspace.features, into: &workspace.scaled)
    if rows == 1 {
      let pass = unsafe workspace.singlePass
      for member in 0..<memberCount {
        unsafe ensemble.runAlone(member: member, pass, withGradients: withGradients)
      }
    } else {
      let size = rows * ensemble.outputStride
      for member in 0..<memberCount {
        run(
          member: member, rows: rows, input: workspace.scaled, hidden: &workspace.hidden,
          into: &workspace.outputs, at: member * size)
      }
    }
  }

  private func scale(
    rows: Int, _ features: borrowing Region<Float>, into scaled: inout Region<Float>
  ) {
    let stride = ensemble.widestLayer
    let features = features.span(rows * featureCount)
    var scaled = scaled.mutableSpan(rows * stride)
    for row in 0..<rows {
      scaler.apply(features, from: row * featureCount, into: &scaled, at: row * stride)
    }
  }

  private func run(
    member: Int, rows: Int, input: borrowing Region<Float>, hidden: inout Region<Float>,
    into outputs: inout Region<Float>, at start: Int
  ) {
    let size = rows * ensemble.outputStride
    let input = input.span(rows * ensemble.widestLayer)
    var hidden = hidden.mutableSpan(ensemble.hiddenLayerCount * rows * ensemble.widestLayer)
    var outputs = outputs.mutableSpan(start + size)
    var own = outputs._mutatingExtracting(start..<(start + size))
    ensemble.run(member: member, rows: rows, input: input, hidden: &hidden, into: &own)
  }

  /// Puts together what the networks, the calibration and the references say of one row.
  ///
  /// - Parameters:
  ///   - prediction: has its preparation already; filled in place, as copying it takes a while.
  ///   - measurement: variances of the properties from the noise of the measurement.
  /// - Throws: `.notFinite` where weights and features of extreme size overflowed.
  private func complete(
    _ prediction: inout Prediction, row: Int,
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

    prediction.flags =
      prediction.preparation.map {
        PredictionFlags($0, broadeningSigma: preprocessor.broadeningSigma)
      } ?? []
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

  // MARK: - Checks

  private func checkFeatureCount(_ count: Int) throws(SpectraError) {
    guard count == featureCount else {
      throw SpectraError(
        .count, "the number of features must be the model's", found: Double(count),
        expected: Double(featureCount))
    }
  }

  private static var stridesError: SpectraError {
    SpectraError(
      .count, "counts and strides must be positive and stay inside the memory that was given")
  }

  /// Index of the last value that two nested counts and strides reach; nil where one is not
  /// positive or the index overflows.
  package static func lastIndex(
    _ outer: (count: Int, stride: Int), _ inner: (count: Int, stride: Int)
  ) -> Int? {
    guard outer.count >= 1, inner.count >= 1, inner.stride >= 1 else { return nil }
    // One spectrum needs no stride to the next.
    guard outer.count == 1 || outer.stride >= 1 else { return nil }
    let (far, overflow1) = (outer.count - 1).multipliedReportingOverflow(by: outer.stride)
    let (near, overflow2) = (inner.count - 1).multipliedReportingOverflow(by: inner.stride)
    let (last, overflow3) = far.addingReportingOverflow(near)
    return overflow1 || overflow2 || overflow3 ? nil : last
  }
}
