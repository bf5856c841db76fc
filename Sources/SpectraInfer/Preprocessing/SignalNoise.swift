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
  /// The first channel that deconvolution and broadening read; nil: there were none.
  var firstSpread: Int?
  /// Whether the channels were deconvolved.
  var isDeconvolved = false
  /// The broadening that was added.
  var broadening: GaussianBroadening?
  /// Whether spikes were replaced, whose intensities tell nothing of the noise.
  var replacedSpikes = false

  /// Variance of the sum of the prepared channels times `weights`, which are 0 outside of `range`.
  ///
  /// - Parameters:
  ///   - weights: overwritten where noise is spread.
  ///   - channels: what the noise of the channels is made of, as far as the weights reach.
  ///   - scratch: as many values as channels; overwritten.
  ///   - fourier: scratch, where channels were deconvolved; `filter` as that left it.
  /// - Complexity: O(range) for independent noise, else that of broadening and deconvolution.
  func variance(
    of weights: inout Region<Double>, in range: Range<Int>, energies: Span<Double>,
    _ kernel: ChannelKernel, channels: borrowing ChannelNoise, scratch: inout Region<Double>,
    fourier: inout Region<Double>, filter: borrowing Region<Double>
  ) -> Double {
    let count = energies.count
    guard let firstSpread else {
      return max(0, variance(of: weights, in: range, kernel, channels))
    }
    var places = weights.mutableSpan(count)
    for channel in 0..<range.lowerBound { places[channel] = 0 }
    for channel in range.upperBound..<count { places[channel] = 0 }
    takeBack(
      &places, energies: energies, scratch: &scratch, fourier: &fourier, filter: filter)
    return max(0, variance(of: weights, in: firstSpread..<count, kernel, channels))
  }

  /// The same of six sums at once.
  ///
  /// - Parameter column: one more scratch of as many values as channels.
  func variances(
    of weights: inout Region<PropertyLanes>, in range: Range<Int>, energies: Span<Double>,
    _ kernel: ChannelKernel, channels: borrowing ChannelNoise, column: inout Region<Double>,
    scratch: inout Region<Double>, fourier: inout Region<Double>,
    filter: borrowing Region<Double>
  ) -> PropertyLanes {
    let count = energies.count
    guard let firstSpread else {
      return variance(of: weights, in: range, kernel, channels).clamped
    }
    var places = weights.mutableSpan(count)
    var column = column.mutableSpan(count)
    for lane in 0..<PropertyLanes.count {
      for channel in 0..<count {
        column[channel] = range.contains(channel) ? places[channel][lane] : 0
      }
      takeBack(
        &column, energies: energies, scratch: &scratch, fourier: &fourier, filter: filter)
      for channel in 0..<count { places[channel][lane] = column[channel] }
    }
    return variance(of: weights, in: firstSpread..<count, kernel, channels).clamped
  }

  /// Takes weights of the prepared channels back to the measured ones, through all steps but the
  /// background; what they are before the first channel that is read has no meaning.
  private func takeBack(
    _ weights: inout MutableSpan<Double>, energies: Span<Double>,
    scratch: inout Region<Double>, fourier: inout Region<Double>,
    filter: borrowing Region<Double>
  ) {
    let count = energies.count
    var scratch = scratch.mutableSpan(count)
    broadening?.apply(to: &weights, energies: energies, scratch: &scratch, transposed: true)
    if isDeconvolved {
      let points = Workspace.fourierCount(channelCount: count)
      var fourier = fourier.mutableSpan(2 * points)
      FourierRatio.apply(
        filter.span(points + 2), to: &weights, fourier: &fourier, transposed: true)
    }
  }

  /// Variance of the sum of the measured channels, less their background, times `weights`.
  private func variance<Weight: ChannelWeight>(
    of weights: borrowing Region<Weight>, in range: Range<Int>, _ kernel: ChannelKernel,
    _ channels: borrowing ChannelNoise
  ) -> Weight {
    let weights = weights.span(range.upperBound).extracting(range)
    let sums = channels.sums(of: weights, in: range, kernel)
    guard let background else { return sums.noise }
    // What the background adds: its own variance, less what it shares with channels of its window.
    let covariance = background.parameterCovariance
    let towardsLevel = sums.level * covariance.level + sums.slope * covariance.mixed
    let towardsSlope = sums.level * covariance.mixed + sums.slope * covariance.slope
    let variance = sums.noise + sums.level * towardsLevel + sums.slope * towardsSlope
    // Deconvolution reaches back into the window, or the window was put over the grid.
    guard background.dispersion > 0, range.overlaps(background.channels) else { return variance }
    let shared = channels.shared(of: weights, in: range, with: background.channels)
    return variance
      + (towardsLevel * shared.level + towardsSlope * shared.slope) * (-2 / background.dispersion)
  }

  // MARK: - The measured channels

  /// Fills `variances` with those of the measured channels.
  func fill(
    _ variances: inout Region<Double>, in range: Range<Int>, of spectrum: borrowing Spectrum,
    _ kernel: ChannelKernel
  ) {
    var values = variances.mutableSpan(range.upperBound)
    if !spectrum.hasVariances, let gain, !replacedSpikes {
      // Negative intensities weigh against as large positive ones; of channels where they are the
      // rule, nothing is known.
      return kernel.scale(spectrum, range, by: gain, into: &values)
    }
    for channel in range { values[channel] = variance(channel, spectrum) }
  }

  private func variance(_ channel: Int, _ spectrum: borrowing Spectrum) -> Double {
    if let own = spectrum.variance(channel) { return own }
    guard let gain else { return 0 }
    let here = spectrum.intensity(channel)
    let before = spectrum.intensity(max(0, channel - 3))
    let behind = spectrum.intensity(min(spectrum.count - 1, channel + 3))
    return gain * max(min(before, behind), min(max(before, behind), here))
  }
}
