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
    var slopes = workspace.slopes.mutableSpan(preprocessor.grid.count)
    for point in 0..<preprocessor.grid.count {
      slopes[point] = PropertyLanes(repeating: Double(gradient[point]))
    }
    return variances(spectrum: spectrum, row: row, using: &workspace)[0]
  }

  /// The same of six scalars, whose gradients by the features the workspace holds in `slopes`.
  func variances(
    spectrum: borrowing Spectrum, row: Int = 0, using workspace: inout Workspace
  ) -> PropertyLanes {
    let along = along(workspace.slopes, workspace.features, row)
    if preparation.calibration == .identity {
      return variances(
        workspace.slopes, along, spectrum.axis, signal: workspace.signal,
        channels: workspace.noise, dependence: &workspace.dependence, column: &workspace.weights,
        scratch: &workspace.averaged, fourier: &workspace.fourier, filter: workspace.filter)
    }
    return calibrated(
      workspace.slopes, along, energies: workspace.energies, count: spectrum.count,
      signal: workspace.signal, channels: workspace.noise, dependence: &workspace.dependence,
      column: &workspace.weights, scratch: &workspace.averaged, fourier: &workspace.fourier,
      filter: workspace.filter)
  }

  /// The gradients times the features.
  private func along(
    _ slopes: borrowing Region<PropertyLanes>, _ features: borrowing Region<Float>, _ row: Int
  ) -> PropertyLanes {
    let count = preprocessor.grid.count
    let slopes = slopes.span(count)
    let features = features.span((row + 1) * count)
    var sum = PropertyLanes.zero
    for point in 0..<count { sum += slopes[point] * Double(features[row * count + point]) }
    return sum
  }

  private func calibrated(
    _ slopes: borrowing Region<PropertyLanes>, _ along: PropertyLanes,
    energies: borrowing Region<Double>, count: Int, signal: borrowing Region<Double>,
    channels: borrowing ChannelNoise, dependence: inout Region<PropertyLanes>,
    column: inout Region<Double>, scratch: inout Region<Double>,
    fourier: inout Region<Double>, filter: borrowing Region<Double>
  ) -> PropertyLanes {
    variances(
      slopes, along, EnergyAxis(calibrated: energies.span(count)), signal: signal,
      channels: channels, dependence: &dependence, column: &column, scratch: &scratch,
      fourier: &fourier, filter: filter)
  }

  private func variances(
    _ slopes: borrowing Region<PropertyLanes>, _ along: PropertyLanes, _ axis: EnergyAxis,
    signal: borrowing Region<Double>, channels: borrowing ChannelNoise,
    dependence: inout Region<PropertyLanes>, column: inout Region<Double>,
    scratch: inout Region<Double>, fourier: inout Region<Double>,
    filter: borrowing Region<Double>
  ) -> PropertyLanes {
    let shift = preparation.shift
    let lower = preprocessor.grid.lowerBorder - shift
    let upper = preprocessor.grid.upperBorder - shift
    var range = Self.channels(of: axis, from: lower, to: upper)
    if let onset = preparation.onset {
      range = onset.channels(of: axis, preprocessor.edgeRule).union(range)
    }
    var places = dependence.mutableSpan(axis.count)
    for channel in range { places[channel] = .zero }
    let perOnset = addCells(
      slopes.span(preprocessor.grid.count), along, axis, signal.span(axis.count),
      to: &places)
    if let onset = preparation.onset {
      onset.addWeights(perOnset, on: axis.energies, preprocessor.edgeRule, to: &places)
    }
    let noise = preparation.noise.variances(
      of: &dependence, in: range, energies: axis.energies, preprocessor.kernel,
      channels: channels, column: &column, scratch: &scratch, fourier: &fourier, filter: filter)
    guard preparation.onset == nil else { return noise }
    let fromAxis = perOnset * preparation.axisError
    return noise + fromAxis * fromAxis
  }

  /// The channels that a stretch of energy depends on.
  static func channels(of axis: EnergyAxis, from lower: Double, to upper: Double) -> Range<Int> {
    let begin = max(0, min(axis.channel(atOrAbove: lower) - 1, axis.count - 2))
    return begin..<min(axis.count, max(begin + 2, axis.channel(atOrAbove: upper) + 1))
  }

  /// Adds how the scalars depend on the channels at a fixed shift.
  ///
  /// - Returns: their derivatives by the energy of the onset, the shift's negative.
  private func addCells(
    _ slopes: Span<PropertyLanes>, _ along: PropertyLanes, _ axis: EnergyAxis,
    _ signal: Span<Double>, to weights: inout MutableSpan<PropertyLanes>
  ) -> PropertyLanes {
    let grid = preprocessor.grid
    let energies = axis.energies
    let scale = 1 / (preparation.area * grid.step)
    // The mean, by which all features are divided, follows each of them.
    let common = along * (-1 / Double(grid.count))
    var lower = grid.lowerBorder - preparation.shift
    var channel = Self.channels(of: axis, from: lower, to: lower).lowerBound
    var below = Self.value(of: signal, at: lower, energies, from: channel)
    var perOnset = PropertyLanes.zero
    for point in 0..<grid.count {
      let factor = (slopes[point] + common) * scale
      let upper = min(grid.energy(point) + grid.step / 2 - preparation.shift, axis.last)
      ChannelWeights.add(
        factor, from: lower, to: upper, on: energies, startingAt: &channel, to: &weights)
      while channel + 2 < energies.count, energies[channel + 1] <= upper { channel += 1 }
      let above = Self.value(of: signal, at: upper, energies, from: channel)
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
