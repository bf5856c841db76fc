internal import CKernels

/// Turns a raw spectrum into the features that the networks see, by one recipe for training and
/// use.
///
/// In this order: calibrate the axis, align its zero loss, look for defects and spikes, subtract the
/// background, deconvolve, match the resolution, find the onset, align, resample to the grid,
/// normalise. docs/preprocessing.md has the formulas.
public struct Preprocessor: Sendable, Equatable {
  // An edge is more than three times what its background may be wrong by.
  private static let backgroundMisfitMaximum = 1.0 / 3

  /// The energies of the features.
  public let grid: FeatureGrid
  /// How the axis is aligned.
  public let alignment: Alignment
  /// How the onset is found, for `Alignment.edge`.
  public let edgeRule: EdgeRule
  /// The background rule of measured spectra (simulated ones have no background).
  public let background: BackgroundRule
  /// Standard deviation of the Gaussian by which the training spectra were broadened, eV.
  public let broadeningSigma: Double
  /// The loops over channels.
  package let kernel = ChannelKernel()

  /// A recipe; `broadeningSigma` in eV tells the resolution that it stands for.
  public init(
    grid: FeatureGrid, alignment: Alignment, edgeRule: EdgeRule, background: BackgroundRule,
    broadeningSigma: Double
  ) {
    self.grid = grid
    self.alignment = alignment
    self.edgeRule = edgeRule
    self.background = background
    self.broadeningSigma = broadeningSigma
  }

  /// Prepares a spectrum.
  ///
  /// - Parameters:
  ///   - lowLoss: the low-loss spectrum taken together with it, where `options.lowLossUse` says
  ///     what for.
  ///   - workspace: scratch made for at least the channels of the longer of the two; receives the
  ///     features, `grid.count` intensities with a mean of 1, which `Workspace.withFeatures` lends.
  /// - Returns: what was done.
  /// - Throws: a `SpectraError` of the spectra or of the options.
  /// - Complexity: O(channels + grid.count), with deconvolution O(channels log channels); allocates
  ///   nothing.
  public func prepare(
    _ spectrum: borrowing Spectrum, lowLoss: Spectrum? = nil,
    options: MeasurementOptions = MeasurementOptions(), using workspace: inout Workspace
  ) throws(SpectraError) -> Preparation {
    try options.validate(for: alignment)
    return try prepareValidated(spectrum, lowLoss: lowLoss, options: options, using: &workspace)
  }

  /// Prepares a spectrum, with options that were validated before.
  func prepareValidated(
    _ spectrum: borrowing Spectrum, lowLoss: Spectrum?, options: MeasurementOptions,
    using workspace: inout Workspace
  ) throws(SpectraError) -> Preparation {
    try workspace.require(channelCount: max(spectrum.count, lowLoss?.count ?? 0))
    try options.validate(hasLowLoss: lowLoss != nil)
    var zeroLoss: ZeroLossPeak?
    if let lowLoss {
      zeroLoss = try ZeroLossPeak(in: lowLoss)
    }
    var calibration = options.calibration ?? .identity
    if options.lowLossUse.contains(.align), let zeroLoss {
      calibration = EnergyCalibration(offset: -zeroLoss.energy, factor: 1)
    }
    // Regions of one workspace can be changed at once only where each is an argument of its own.
    if calibration == .identity {
      var preparation = try prepare(
        spectrum, lowLoss, zeroLoss, options, into: &workspace.features,
        signal: &workspace.signal, integral: &workspace.integral, averaged: &workspace.averaged,
        weights: &workspace.weights, channels: &workspace.noise, fourier: &workspace.fourier,
        filter: &workspace.filter)
      preparation.zeroLoss = zeroLoss
      return preparation
    }
    var energies = workspace.energies.mutableSpan(spectrum.count)
    for channel in 0..<spectrum.count {
      energies[channel] = calibration.energy(spectrum.axis.energies[channel])
    }
    var preparation = try prepare(
      spectrum, lowLoss, zeroLoss, options, on: workspace.energies, into: &workspace.features,
      signal: &workspace.signal, integral: &workspace.integral, averaged: &workspace.averaged,
      weights: &workspace.weights, channels: &workspace.noise, fourier: &workspace.fourier,
      filter: &workspace.filter)
    preparation.calibration = calibration
    preparation.zeroLoss = zeroLoss
    return preparation
  }

  /// On the calibrated axis.
  private func prepare(
    _ spectrum: borrowing Spectrum, _ lowLoss: Spectrum?, _ zeroLoss: ZeroLossPeak?,
    _ options: MeasurementOptions, on energies: borrowing Region<Double>,
    into features: inout Region<Float>, signal: inout Region<Double>,
    integral: inout ChannelIntegral, averaged: inout Region<Double>,
    weights: inout Region<Double>, channels: inout ChannelNoise,
    fourier: inout Region<Double>, filter: inout Region<Double>
  ) throws(SpectraError) -> Preparation {
    let axis = try EnergyAxis(energies.span(spectrum.count), kernel)
    return try prepare(
      spectrum.on(axis), lowLoss, zeroLoss, options, into: &features, signal: &signal,
      integral: &integral, averaged: &averaged, weights: &weights, channels: &channels,
      fourier: &fourier, filter: &filter)
  }

  private func prepare(
    _ spectrum: borrowing Spectrum, _ lowLoss: Spectrum?, _ zeroLoss: ZeroLossPeak?,
    _ options: MeasurementOptions, into features: inout Region<Float>,
    signal: inout Region<Double>, integral: inout ChannelIntegral,
    averaged: inout Region<Double>, weights: inout Region<Double>,
    channels: inout ChannelNoise, fourier: inout Region<Double>, filter: inout Region<Double>
  ) throws(SpectraError) -> Preparation {
    let axis = spectrum.axis
    let count = spectrum.count
    var noise = SignalNoise()

    // The low loss first: it needs the regions that the spectrum is then put into.
    let points = Workspace.fourierCount(channelCount: count)
    var ratio: FourierRatio?
    if options.lowLossUse.contains(.deconvolve), let lowLoss, let zeroLoss {
      var fourier = fourier.mutableSpan(2 * points)
      var filter = filter.mutableSpan(points + 2)
      ratio = try FourierRatio(
        lowLoss, zeroLoss, for: axis, kernel, fourier: &fourier, filter: &filter,
        integral: &integral, signal: &signal)
    }

    try requireReach(of: axis, options)
    let (defects, spikes) = clean(spectrum, options, into: &signal)
    noise.replacedSpikes = options.spikes == .replace && spikes.count > 0
    let fitted = try fitBackground(axis, options, to: signal, logarithms: &channels.logarithms)
    noise.background = fitted
    if !spectrum.hasVariances {
      noise.gain = options.noiseGain ?? fitted?.dispersion ?? Self.gain(of: spectrum)
    }
    let lowest = fitted?.window.end ?? axis.first
    let resolution =
      options.lowLossUse.contains(.resolution) ? zeroLoss?.width : options.resolution
    noise.broadening = resolution.flatMap {
      GaussianBroadening(from: $0, to: broadeningSigma)
    }
    noise.isDeconvolved = ratio != nil
    var needed = neededChannels(
      of: axis, above: fitted?.window.end,
      shift: alignment == .edge ? nil : try shift(options, nil))
    if noise.isDeconvolved || noise.broadening != nil {
      // Each channel depends on all others; but below the window there is no intensity of the edge,
      // and towards 0 eV the background grows without end.
      let first = min(needed.lowerBound, fitted?.channels.lowerBound ?? 0)
      noise.firstSpread = first
      needed = first..<count
    }
    subtract(fitted, from: &signal, in: needed, on: axis, channels: &channels)
    var averagedNoise = 0.0
    if alignment == .edge {
      averagedNoise = try EdgeOnset.noise(
        signal.span(count), on: axis, above: lowest, rule: edgeRule, kernel)
    }

    if let first = noise.firstSpread {
      var signal = signal.mutableSpan(count)
      for channel in 0..<first { signal[channel] = 0 }
    }
    if noise.isDeconvolved {
      var signal = signal.mutableSpan(count)
      var fourier = fourier.mutableSpan(2 * points)
      FourierRatio.apply(filter.span(points + 2), to: &signal, fourier: &fourier)
    }
    if let broadening = noise.broadening {
      try broadening.validate(for: axis.energies)
      var signal = signal.mutableSpan(count)
      var scratch = averaged.mutableSpan(count)
      broadening.apply(to: &signal, energies: axis.energies, scratch: &scratch)
    }

    integral.fill(needed, energies: axis.energies, signal: signal.span(count), kernel)
    let cumulative = integral.cumulative(
      needed, energies: axis.energies, signal: signal.span(count))
    var onset: EdgeOnset?
    if alignment == .edge {
      var running = averaged.mutableSpan(count)
      var found = try EdgeOnset(
        in: cumulative, axis: axis, above: lowest, rule: edgeRule, noise: averagedNoise, kernel,
        averaged: &running)
      // Without a spread, noise is asked about no further than the features reach.
      if noise.firstSpread == nil {
        needed = found.channels(of: axis, edgeRule).union(
          neededChannels(of: axis, above: fitted?.window.end, shift: -found.energy))
      }
      fill(&channels, in: needed, of: spectrum, noise)
      try setError(
        of: &found, noise, spectrum, channels: channels, weights: &weights, scratch: &averaged,
        fourier: &fourier, filter: filter)
      onset = found
    } else {
      fill(&channels, in: needed, of: spectrum, noise)
    }
    let shift = try shift(options, onset)
    var features = features.mutableSpan(grid.count)
    let channelWidth = try resample(cumulative, axis, shift: shift, into: &features)
    let middle = (grid.lowerBorder + grid.upperBorder) / 2 - shift
    let (area, negativeFraction) = try normalize(
      &features, above: fitted?.intensity(at: middle) ?? 0)
    var preparation = Preparation(
      alignment: alignment, background: fitted, onset: onset, shift: shift,
      channelWidth: channelWidth, area: area, negativeFraction: negativeFraction)
    preparation.lowLossUse = options.lowLossUse
    preparation.resolution = resolution
    preparation.addedBroadening = noise.broadening?.sigma ?? 0
    preparation.thickness = ratio?.thickness
    preparation.noiseGain = noise.gain
    preparation.spikeCount = spikes.count
    preparation.spikeEnergy = spikes.firstEnergy
    preparation.defects = defects
    preparation.noise = noise
    preparation.axisError = options.axisError
    preparation.backgroundMisfit = misfit(of: fitted, shift: shift, area: area)
    if alignment == .edge, preparation.backgroundMisfit > Self.backgroundMisfitMaximum {
      throw SpectraError(
        .noEdge,
        """
        what rises there is no larger than the error of the background under it; choose a wider \
        window, one nearer to the edge, or measure with more dose
        """)
    }
    if let start = onset?.energy ?? (alignment == .threshold ? -shift : nil) {
      preparation.preEdge = preEdge(
        before: start, preparation, spectrum, cumulative, channels: channels, weights: &weights,
        scratch: &averaged, fourier: &fourier, filter: filter)
    }
    return preparation
  }
}
