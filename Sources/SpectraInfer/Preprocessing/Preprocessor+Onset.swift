/// How far the onset can be trusted.
extension Preprocessor {
  // Beyond this an axis that is aligned by its onset tells nothing, eV.
  private static let onsetErrorMaximum = 1.0

  /// Puts the error that follows from the noise of the channels in place of the averaged one.
  ///
  /// - Throws: `.uncertainOnset` where it is beyond what an axis can be aligned with.
  func setError(
    of onset: inout EdgeOnset, _ noise: SignalNoise, _ spectrum: borrowing Spectrum,
    channels: borrowing ChannelNoise, weights: inout Region<Double>,
    scratch: inout Region<Double>, fourier: inout Region<Double>,
    filter: borrowing Region<Double>
  ) throws(SpectraError) {
    let range = onset.channels(of: spectrum.axis, edgeRule)
    var places = weights.mutableSpan(spectrum.count)
    for channel in range { places[channel] = 0 }
    onset.addWeights(on: spectrum.axis.energies, edgeRule, kernel, to: &places)
    if noise.gain != nil || spectrum.hasVariances {
      onset.error = noise.variance(
        of: &weights, in: range, energies: spectrum.axis.energies, kernel, channels: channels,
        scratch: &scratch, fourier: &fourier, filter: filter
      ).squareRoot()
    }
    guard onset.error <= Self.onsetErrorMaximum else {
      throw SpectraError(
        .uncertainOnset,
        """
        the onset is too uncertain to align by; measure with more dose, sum spectra, or use a \
        model on the absolute axis (standard error in eV)
        """, found: onset.error, expected: Self.onsetErrorMaximum)
    }
  }
}
