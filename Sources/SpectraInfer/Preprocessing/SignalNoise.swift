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
    guard isSpread else {
      return max(0, sum(of: weights, in: range, spectrum: spectrum, logarithms: &scratch))
    }
    var places = weights.mutableSpan(count)
    for channel in 0..<range.lowerBound { places[channel] = 0 }
    for channel in range.upperBound..<count { places[channel] = 0 }
    takeBack(
      &places, energies: spectrum.axis.energies, scratch: &scratch, fourier: &fourier,
      filter: filter)
    return max(0, sum(of: weights, in: 0..<count, spectrum: spectrum, logarithms: &scratch))
  }

  /// The same of six sums at once.
  ///
  /// - Parameter column: one more scratch of as many values as channels.
  func variances(
    of weights: inout Region<PropertyLanes>, in range: Range<Int>, spectrum: borrowing Spectrum,
    column: inout Region<Double>, scratch: inout Region<Double>,
    fourier: inout Region<Double>, filter: borrowing Region<Double>
  ) -> PropertyLanes {
    let count = spectrum.count
    guard isSpread else {
      return sum(of: weights, in: range, spectrum: spectrum, logarithms: &scratch).clamped
    }
    var places = weights.mutableSpan(count)
    var column = column.mutableSpan(count)
    for lane in 0..<PropertyLanes.count {
      for channel in 0..<count {
        column[channel] = range.contains(channel) ? places[channel][lane] : 0
      }
      takeBack(
        &column, energies: spectrum.axis.energies, scratch: &scratch, fourier: &fourier,
        filter: filter)
      for channel in 0..<count { places[channel][lane] = column[channel] }
    }
    return sum(of: weights, in: 0..<count, spectrum: spectrum, logarithms: &scratch).clamped
  }

  /// Whether a channel that was prepared depends on others than its own.
  private var isSpread: Bool { broadening != nil || firstDeconvolved != nil }

  /// Takes weights of the prepared channels back to the measured ones, through all steps but the
  /// background.
  private func takeBack(
    _ weights: inout MutableSpan<Double>, energies: Span<Double>,
    scratch: inout Region<Double>, fourier: inout Region<Double>,
    filter: borrowing Region<Double>
  ) {
    let count = energies.count
    var scratch = scratch.mutableSpan(count)
    broadening?.apply(to: &weights, energies: energies, scratch: &scratch, transposed: true)
    if let firstDeconvolved {
      let points = Workspace.fourierCount(channelCount: count)
      var fourier = fourier.mutableSpan(2 * points)
      FourierRatio.transpose(&weights, fourier: &fourier, filter: filter.span(points + 2))
      for channel in 0..<firstDeconvolved { weights[channel] = 0 }
    }
  }

  /// Variance of the sum of the measured channels, less their background, times `weights`.
  private func sum<Weight: ChannelWeight>(
    of weights: borrowing Region<Weight>, in range: Range<Int>, spectrum: borrowing Spectrum,
    logarithms: inout Region<Double>
  ) -> Weight {
    let weights = weights.span(spectrum.count).extracting(range)
    var sum = Weight.zero
    for index in weights.indices {
      let weight = weights[index]
      sum += weight * weight * variance(range.lowerBound + index, spectrum)
    }
    guard let background else { return sum }
    var logarithms = logarithms.mutableSpan(range.count)
    return sum
      + variance(of: background, weights, range, spectrum, logarithms: &logarithms)
  }

  /// What the background adds: its own variance, less what it shares with channels of its window.
  private func variance<Weight: ChannelWeight>(
    of background: PowerLawBackground, _ weights: Span<Weight>, _ range: Range<Int>,
    _ spectrum: borrowing Spectrum, logarithms: inout MutableSpan<Double>
  ) -> Weight {
    let energies = spectrum.axis.energies.extracting(range)
    LocalExpansion.fillLogarithms(&logarithms, of: energies, over: background.center)
    var exponential = LocalExpansion.Exponential()
    var (level, slope) = (Weight.zero, Weight.zero)
    for index in weights.indices where logarithms[index] > -.infinity {
      let x = logarithms[index]
      let term = weights[index] * exponential(background.level - background.exponent * x)
      level += term
      slope += term * x
    }
    let covariance = background.parameterCovariance
    let towardsLevel = level * covariance.level + slope * covariance.mixed
    let towardsSlope = level * covariance.mixed + slope * covariance.slope
    let variance = level * towardsLevel + slope * towardsSlope
    guard background.dispersion > 0 else { return variance }
    // Deconvolution reaches back into the window, or the window was put over the grid.
    var (shared, tilted) = (Weight.zero, Weight.zero)
    for index in weights.indices {
      let energy = energies[index]
      guard energy <= background.window.end else { break }
      guard energy >= background.window.start else { continue }
      let term = weights[index] * self.variance(range.lowerBound + index, spectrum)
      shared += term
      tilted += term * logarithms[index]
    }
    return variance
      + (towardsLevel * shared + towardsSlope * tilted) * (-2 / background.dispersion)
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
