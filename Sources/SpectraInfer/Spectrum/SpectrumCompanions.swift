/// What was recorded together with the spectra of a batch: low-loss spectra and variances.
public struct SpectrumCompanions: ~Escapable {
  /// Energies of the low-loss spectra; nil: there are none.
  package let lowLossAxis: EnergyAxis?
  private let lowLoss: Span<Float>
  private let lowLossStride: Int
  private let variances: Span<Float>?
  private let varianceStride: Int

  /// Takes what there is.
  ///
  /// - Parameters:
  ///   - lowLossAxis: energies of the low-loss spectra, nil for none.
  ///   - lowLoss: channel `c` of that of spectrum `s` is `lowLoss[s * lowLossStride + c]`.
  ///   - lowLossStride: values from one to the next; 0: one for all spectra.
  ///   - variances: channel `c` of spectrum `s` has `variances[s * varianceStride + c]`, nil where
  ///     they are not known.
  ///   - varianceStride: values from one to the next; 0: the same for all spectra.
  @_lifetime(copy lowLossAxis, copy lowLoss, copy variances)
  public init(
    lowLossAxis: EnergyAxis?, lowLoss: Span<Float>, lowLossStride: Int, variances: Span<Float>?,
    varianceStride: Int
  ) {
    self.lowLossAxis = lowLossAxis
    self.lowLoss = lowLoss
    self.lowLossStride = lowLossStride
    self.variances = variances
    self.varianceStride = varianceStride
  }

  /// Checks that strides and counts stay inside of what was given.
  ///
  /// - Throws: `.count` where they do not.
  func validate(spectrumCount: Int, channelCount: Int) throws(SpectraError) {
    if let lowLossAxis {
      try Self.check(lowLoss.count, spectrumCount, lowLossStride, lowLossAxis.count)
    }
    if let variances {
      try Self.check(variances.count, spectrumCount, varianceStride, channelCount)
    }
  }

  private static func check(
    _ available: Int, _ spectrumCount: Int, _ stride: Int, _ count: Int
  ) throws(SpectraError) {
    let (offset, overflow) = max(0, spectrumCount - 1).multipliedReportingOverflow(by: stride)
    let (end, overflow2) = offset.addingReportingOverflow(count)
    guard stride >= 0, !overflow, !overflow2, end <= available else {
      throw SpectraError(
        .count,
        """
        low_loss_stride and variance_stride must be 0, for one that all spectra share, or lead \
        from one to the next inside the memory that was given
        """, found: Double(stride))
    }
  }

  /// The low-loss spectrum of a spectrum; nil: there is none.
  ///
  /// - Throws: as `Spectrum.init`.
  @_lifetime(copy self)
  package func lowLossSpectrum(_ index: Int) throws(SpectraError) -> Spectrum? {
    guard let lowLossAxis else { return nil }
    return try Spectrum(
      axis: lowLossAxis, intensities: lowLoss.extracting((index * lowLossStride)...))
  }

  /// The variances of a spectrum's channels; nil where they are not known.
  @_lifetime(copy self)
  package func variances(_ index: Int) -> Span<Float>? {
    guard let variances else { return nil }
    return variances.extracting((index * varianceStride)...)
  }
}
