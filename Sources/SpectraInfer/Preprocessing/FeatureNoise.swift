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
  /// - Complexity: O(channels + grid.count), more with broadening and deconvolution; allocates
  ///   nothing.
  public func variance(
    of gradient: Span<Float>, spectrum: borrowing Spectrum, using workspace: inout Workspace
  ) -> Double {
    var slopes = workspace.slopes.mutableSpan(preprocessor.grid.count)
    for point in 0..<preprocessor.grid.count {
      slopes[point] = PropertyLanes(repeating: Double(gradient[point]))
    }
    return variances(spectrum: spectrum, using: &workspace)[0]
  }

  /// The same of six scalars, whose gradients by the features the workspace holds in `slopes`; these
  /// are overwritten.
  func variances(
    spectrum: borrowing Spectrum, using workspace: inout Workspace
  ) -> PropertyLanes {
    makeFactors(of: &workspace.slopes, workspace.features)
    if preparation.calibration == .identity {
      return variances(
        workspace.slopes, spectrum.axis, signal: workspace.signal,
        channels: workspace.noise, dependence: &workspace.dependence, column: &workspace.weights,
        scratch: &workspace.averaged, fourier: &workspace.fourier, filter: workspace.filter)
    }
    return calibrated(
      workspace.slopes, energies: workspace.energies, count: spectrum.count,
      signal: workspace.signal, channels: workspace.noise, dependence: &workspace.dependence,
      column: &workspace.weights, scratch: &workspace.averaged, fourier: &workspace.fourier,
      filter: workspace.filter)
  }

  /// Turns gradients by the features into those by the integrals of the signal over the cells.
  private func makeFactors(
    of slopes: inout Region<PropertyLanes>, _ features: borrowing Region<Float>
  ) {
    let count = preprocessor.grid.count
    var slopes = slopes.mutableSpan(count)
    preprocessor.kernel.undivide(
      &slopes, features: features.span(count),
      factor: 1 / (preparation.area * preprocessor.grid.step))
  }

  private func calibrated(
    _ factors: borrowing Region<PropertyLanes>, energies: borrowing Region<Double>, count: Int,
    signal: borrowing Region<Double>, channels: borrowing ChannelNoise,
    dependence: inout Region<PropertyLanes>,
    column: inout Region<Double>, scratch: inout Region<Double>,
    fourier: inout Region<Double>, filter: borrowing Region<Double>
  ) -> PropertyLanes {
    variances(
      factors, EnergyAxis(calibrated: energies.span(count)), signal: signal,
      channels: channels, dependence: &dependence, column: &column, scratch: &scratch,
      fourier: &fourier, filter: filter)
  }

  private func variances(
    _ factors: borrowing Region<PropertyLanes>, _ axis: EnergyAxis,
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
    PropertyLanes.clear(range, of: &places)
    let start = Self.channels(of: axis, from: lower, to: lower).lowerBound
    // How the scalars change with the energy of the onset, the shift's negative.
    let perOnset = preprocessor.kernel.weighCells(
      factors.span(preprocessor.grid.count), from: lower, step: preprocessor.grid.step,
      channel: start, energies: axis.energies, signal: signal.span(axis.count), to: &places)
    if let onset = preparation.onset {
      onset.addWeights(
        perOnset, on: axis.energies, signal: signal.span(axis.count), preprocessor.edgeRule,
        preprocessor.kernel, to: &places)
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
}
