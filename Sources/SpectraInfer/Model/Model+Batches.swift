extension Model {
  /// Predicts many raw spectra on one axis; the result of each is bit for bit that of it alone.
  ///
  /// - Parameters:
  ///   - intensities: channel `c` of spectrum `s` is `[s * spectrumStride + c * channelStride]`.
  ///   - companions: the low-loss spectra and variances that belong to them.
  ///   - finished: is called with the index of each spectrum, in order, and its prediction or
  ///     error.
  /// - Throws: `.count` where the strides lead out of `intensities`, `.option` where an option that
  ///   all spectra share is wrong; then nothing is predicted.
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
    try options.validate(hasLowLoss: companions?.lowLossAxis != nil)
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
      predicted: { finished($0, .success($1)) }, failed: { finished($0, .failure($1)) })
  }

  /// The same, with predictions lent and not copied: one is as large as what is computed for it in
  /// a small network.
  package func predict(
    features: Span<Float>, featureCount: Int, spectrumCount: Int, spectrumStride: Int,
    using workspace: inout Workspace, predicted: (Int, inout Prediction) -> Void,
    failed: (Int, SpectraError) -> Void
  ) throws(SpectraError) {
    try checkFeatureCount(featureCount)
    let last = Self.lastIndex((spectrumCount, spectrumStride), (featureCount, 1))
    guard let last, last < features.count else { throw Self.stridesError }
    var prediction = Prediction.none
    for start in stride(from: 0, to: spectrumCount, by: Workspace.rowCount) {
      let rows = min(Workspace.rowCount, spectrumCount - start)
      var refused: UInt64 = 0
      for row in 0..<rows {
        let first = (start + row) * spectrumStride
        do throws(SpectraError) {
          try take(
            features.extracting(first..<first + featureCount), row: row, into: &workspace.scaled)
        } catch {
          refused |= 1 << UInt64(row)
          workspace.clear(row: row, layerWidth: ensemble.widestLayer)
        }
      }
      runNetworks(rows: rows, using: &workspace)
      runDomain(rows: rows, using: &workspace)
      for row in 0..<rows {
        let first = (start + row) * spectrumStride
        let own = features.extracting(first..<first + featureCount)
        do throws(SpectraError) {
          // Errors are large and rare: what was refused is refused again, to have the error.
          if refused >> UInt64(row) & 1 == 1 { try check(own) }
          recognize(own, in: &prediction, scratch: &workspace.shape)
          try complete(&prediction, row: row, using: workspace)
          predicted(start + row, &prediction)
        } catch {
          failed(start + row, error)
        }
      }
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
