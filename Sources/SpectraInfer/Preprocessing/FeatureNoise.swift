/// How far the noise and the energy axis of a measurement reach into what is computed from its
/// features.
///
/// Made of a preparation, and of use while the workspace still holds it: until another spectrum is
/// prepared there.
public struct FeatureNoise: Sendable {
  private let preprocessor: Preprocessor
  private let preparation: Preparation

  /// The noise of a spectrum that `preprocessor` prepared last.
  public init(_ preprocessor: Preprocessor, _ preparation: Preparation) {
    self.preprocessor = preprocessor
    self.preparation = preparation
  }

  /// Variance of a scalar with this gradient by the features, in first order.
  ///
  /// The noise of the channels goes through background (with the covariance of its parameters),
  /// deconvolution, broadening, resampling and normalisation, and through the onset, where that
  /// aligns the axis: what onset and features share is counted once. Where the axis is aligned by a
  /// given energy, the standard error of the axis is added.
  ///
  /// - Parameters:
  ///   - gradient: the derivatives by the `grid.count` features.
  ///   - spectrum: that was prepared, with its low-loss spectrum if any, and nothing since.
  ///   - row: the row of features that it was prepared into.
  /// - Complexity: O(channels + grid.count), more with broadening and deconvolution; allocates
  ///   nothing.
  public func variance(
    of gradient: Span<Float>, spectrum: borrowing Spectrum, row: Int = 0,
    using workspace: inout Workspace
  ) -> Double {
    let along = along(gradient, workspace.features, row)
    if preparation.calibration == .identity {
      return variance(
        gradient, along, spectrum, signal: workspace.signal, weights: &workspace.weights,
        scratch: &workspace.averaged, fourier: &workspace.fourier, filter: workspace.filter)
    }
    return calibrated(
      gradient, along, spectrum, energies: workspace.energies, signal: workspace.signal,
      weights: &workspace.weights, scratch: &workspace.averaged, fourier: &workspace.fourier,
      filter: workspace.filter)
  }

  /// The gradient times the features.
  private func along(
    _ gradient: Span<Float>, _ features: borrowing Region<Float>, _ row: Int
  ) -> Double {
    let count = preprocessor.grid.count
    let features = features.span((row + 1) * count)
    var sum = 0.0
    for point in 0..<count {
      sum += Double(gradient[point]) * Double(features[row * count + point])
    }
    return sum
  }

  private func calibrated(
    _ gradient: Span<Float>, _ along: Double, _ spectrum: borrowing Spectrum,
    energies: borrowing Region<Double>, signal: borrowing Region<Double>,
    weights: inout Region<Double>, scratch: inout Region<Double>, fourier: inout Region<Double>,
    filter: borrowing Region<Double>
  ) -> Double {
    let axis = EnergyAxis(calibrated: energies.span(spectrum.count))
    return variance(
      gradient, along, spectrum.on(axis), signal: signal, weights: &weights, scratch: &scratch,
      fourier: &fourier, filter: filter)
  }

  private func variance(
    _ gradient: Span<Float>, _ along: Double, _ spectrum: borrowing Spectrum,
    signal: borrowing Region<Double>, weights: inout Region<Double>,
    scratch: inout Region<Double>, fourier: inout Region<Double>,
    filter: borrowing Region<Double>
  ) -> Double {
    let shift = preparation.shift
    let axis = spectrum.axis
    let lower = preprocessor.grid.lowerBorder - shift
    let upper = preprocessor.grid.upperBorder - shift
    var range = Self.channels(of: axis, from: lower, to: upper)
    if let onset = preparation.onset {
      range = onset.channels(of: axis, preprocessor.edgeRule).union(range)
    }
    var places = weights.mutableSpan(spectrum.count)
    for channel in range { places[channel] = 0 }
    let perOnset = addCells(gradient, along, axis, signal.span(spectrum.count), to: &places)
    if let onset = preparation.onset {
      onset.addWeights(perOnset, on: axis.energies, preprocessor.edgeRule, to: &places)
    }
    let noise = preparation.noise.variance(
      of: &weights, in: range, spectrum: spectrum, scratch: &scratch, fourier: &fourier,
      filter: filter)
    let fromAxis = preparation.onset == nil ? perOnset * preparation.axisError : 0
    return noise + fromAxis * fromAxis
  }

  /// The channels that a stretch of energy depends on.
  static func channels(of axis: EnergyAxis, from lower: Double, to upper: Double) -> Range<Int> {
    let begin = max(0, min(axis.channel(atOrAbove: lower) - 1, axis.count - 2))
    return begin..<min(axis.count, max(begin + 2, axis.channel(atOrAbove: upper) + 1))
  }

  /// Adds how the scalar depends on the channels at a fixed shift.
  ///
  /// - Returns: its derivative by the energy of the onset, the shift's negative.
  private func addCells(
    _ gradient: Span<Float>, _ along: Double, _ axis: EnergyAxis, _ signal: Span<Double>,
    to weights: inout MutableSpan<Double>
  ) -> Double {
    let grid = preprocessor.grid
    let energies = axis.energies
    var lower = grid.lowerBorder - preparation.shift
    var channel = Self.channels(of: axis, from: lower, to: lower).lowerBound
    var below = Self.value(of: signal, at: lower, energies, from: channel)
    var perOnset = 0.0
    for point in 0..<grid.count {
      // The mean, by which all features are divided, follows each of them.
      let own = Double(gradient[point]) - along / Double(grid.count)
      let factor = own / (preparation.area * grid.step)
      let upper = min(grid.energy(point) + grid.step / 2 - preparation.shift, axis.last)
      ChannelWeights.add(
        factor, from: lower, to: upper, on: energies, startingAt: &channel, to: &weights)
      var place = channel
      while place + 2 < energies.count, energies[place + 1] <= upper { place += 1 }
      let above = Self.value(of: signal, at: upper, energies, from: place)
      perOnset += factor * (above - below)
      (lower, below) = (upper, above)
    }
    return perOnset
  }

  private static func value(
    of signal: Span<Double>, at energy: Double, _ energies: Span<Double>, from channel: Int
  ) -> Double {
    let width = energies[channel + 1] - energies[channel]
    let part = (energy - energies[channel]) / width
    return signal[channel] + part * (signal[channel + 1] - signal[channel])
  }
}

extension Range<Int> {
  /// The smallest range that holds both.
  fileprivate func union(_ other: Range<Int>) -> Range<Int> {
    Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
  }
}
