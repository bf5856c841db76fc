internal import CKernels

/// What the background and the intensity before the edge tell of each other.
extension Preprocessor {
  // The curvature of a window's residuals counts where it is no chance, in standard errors.
  private static let residualSignificance = 4.0

  /// What the background is wrong by on the grid, over the mean intensity there.
  func misfit(
    of background: PowerLawBackground?, shift: Double, area: Double
  ) -> Double {
    guard let background else { return 0 }
    let middle = (grid.lowerBorder + grid.upperBorder) / 2 - shift
    let extrapolated = background.intensity(at: middle) / area
    let error = extrapolated * background.relativeError(at: middle)
    guard background.residualSignificance.magnitude > Self.residualSignificance else {
      return error
    }
    let distance = max(0, middle - background.window.end)
    return max(error, extrapolated * background.residualSlope.magnitude * distance)
  }

  /// The intensity between the background window and an onset (eV).
  func preEdge(
    before onset: Double, _ preparation: Preparation, _ spectrum: borrowing Spectrum,
    _ cumulative: CumulativeIntensity, channels: borrowing ChannelNoise,
    weights: inout Region<Double>, scratch: inout Region<Double>,
    fourier: inout Region<Double>, filter: borrowing Region<Double>
  ) -> PreEdgeIntensity? {
    let axis = spectrum.axis
    let own = (preparation.resolution ?? 0) / (8 * log(2.0)).squareRoot()
    guard
      let stretch = PreEdgeIntensity.stretch(
        of: axis, after: preparation.background?.window.end, before: onset,
        sigma: max(own, broadeningSigma), rule: edgeRule)
    else { return nil }
    let range = FeatureNoise.channels(of: axis, from: stretch.start, to: stretch.end)
    var places = weights.mutableSpan(spectrum.count)
    for channel in range { places[channel] = 0 }
    kernel.weigh(
      from: stretch.start, to: stretch.end, factor: 1, channel: range.lowerBound,
      energies: axis.energies, to: &places)
    let variance = preparation.noise.variance(
      of: &weights, in: range, energies: axis.energies, kernel, channels: channels,
      scratch: &scratch, fourier: &fourier, filter: filter)
    let excess = cumulative.value(from: stretch.start, to: stretch.end, on: axis)
    return PreEdgeIntensity(
      excess: excess / (preparation.area * grid.step * Double(grid.count)),
      significance: variance > 0 ? excess / variance.squareRoot() : 0)
  }
}
