/// The noise of a prepared spectrum's channels: what any weighted sum of them is uncertain by.
///
/// The channels of the measured spectrum are independent, with its own variances or `gain` times the
/// intensity. Background, deconvolution and broadening are linear in them (the background in first
/// order), so that the weights of a sum are taken back to the measured channels by the transposed
/// steps.
struct SignalNoise {
  /// Variance over intensity, where the spectrum has no variances.
  var gain: Double?
  /// The background that was subtracted.
  var background: PowerLawBackground?
  /// The first channel that was deconvolved; nil: none was.
  var firstDeconvolved: Int?
  /// The broadening that was added.
  var broadening: GaussianBroadening?
  /// Whether spikes were replaced, whose intensities tell nothing of the noise.
  var replacedSpikes = false

  /// Variance of the sum of the prepared channels times `weights`, which are 0 outside of `range`.
  ///
  /// - Parameters:
  ///   - weights: overwritten.
  ///   - scratch: as many values as channels; overwritten.
  ///   - fourier: scratch, where channels were deconvolved; `filter` as that left it.
  /// - Complexity: O(range) for independent noise, else that of broadening and deconvolution.
  func variance(
    of weights: inout Region<Double>, in range: Range<Int>, spectrum: borrowing Spectrum,
    scratch: inout Region<Double>, fourier: inout Region<Double>,
    filter: borrowing Region<Double>
  ) -> Double {
    let count = spectrum.count
    let energies = spectrum.axis.energies
    var range = range
    var weights = weights.mutableSpan(count)
    var scratch = scratch.mutableSpan(count)
    if broadening != nil || firstDeconvolved != nil {
      for channel in 0..<range.lowerBound { weights[channel] = 0 }
      for channel in range.upperBound..<count { weights[channel] = 0 }
      range = 0..<count
    }
    broadening?.apply(to: &weights, energies: energies, scratch: &scratch, transposed: true)
    if let firstDeconvolved {
      let points = Workspace.fourierCount(channelCount: count)
      var fourier = fourier.mutableSpan(2 * points)
      FourierRatio.transpose(&weights, fourier: &fourier, filter: filter.span(points + 2))
      for channel in 0..<firstDeconvolved { weights[channel] = 0 }
    }

    var sum = 0.0
    for channel in range {
      sum += weights[channel] * weights[channel] * variance(channel, spectrum)
    }
    if let background {
      sum += variance(of: background, weights, range, spectrum, logarithms: &scratch)
    }
    return max(0, sum)
  }

  /// What the background adds: its own variance, less what it shares with channels of its window.
  private func variance(
    of background: PowerLawBackground, _ weights: borrowing MutableSpan<Double>,
    _ range: Range<Int>, _ spectrum: borrowing Spectrum, logarithms: inout MutableSpan<Double>
  ) -> Double {
    let part = spectrum.axis.energies.extracting(range)
    LocalExpansion.fillLogarithms(&logarithms, of: part, over: background.center)
    var exponential = LocalExpansion.Exponential()
    var (level, slope) = (0.0, 0.0)
    for (index, channel) in range.enumerated() where logarithms[index] > -.infinity {
      let x = logarithms[index]
      let term = weights[channel] * exponential(background.level - background.exponent * x)
      level += term
      slope += term * x
    }
    let covariance = background.parameterCovariance
    let towardsLevel = covariance.level * level + covariance.mixed * slope
    let towardsSlope = covariance.mixed * level + covariance.slope * slope
    var variance = level * towardsLevel + slope * towardsSlope
    guard background.dispersion > 0 else { return variance }
    // Deconvolution reaches back into the window, or the window was put over the grid.
    for (index, channel) in range.enumerated() {
      let energy = part[index]
      guard energy <= background.window.end else { break }
      guard energy >= background.window.start else { continue }
      let influence = (towardsLevel + towardsSlope * logarithms[index]) / background.dispersion
      variance -= 2 * weights[channel] * influence * self.variance(channel, spectrum)
    }
    return variance
  }

  /// Variance of a measured channel.
  private func variance(_ channel: Int, _ spectrum: borrowing Spectrum) -> Double {
    if let own = spectrum.variance(channel) { return own }
    guard let gain else { return 0 }
    let here = spectrum.intensity(channel)
    // Negative intensities weigh against as large positive ones; of channels where they are the
    // rule, nothing is known.
    guard replacedSpikes else { return gain * here }
    let before = spectrum.intensity(max(0, channel - 3))
    let behind = spectrum.intensity(min(spectrum.count - 1, channel + 3))
    return gain * max(min(before, behind), min(max(before, behind), here))
  }
}
