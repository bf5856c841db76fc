internal import CKernels

/// Turns a raw spectrum into the features that the networks see, by one recipe for training and
/// use.
///
/// In this order: calibrate the axis, align its zero loss, look for defects and spikes, subtract the
/// background, deconvolve, match the resolution, find the onset, align, resample to the grid,
/// normalise. docs/preprocessing.md has the formulas.
public struct Preprocessor: Sendable, Equatable {
  // Beyond this an axis that is aligned by its onset tells nothing, eV.
  private static let onsetErrorMaximum = 1.0
  // An edge is more than three times what its background may be wrong by.
  private static let backgroundMisfitMaximum = 1.0 / 3
  // The curvature of a window's residuals counts where it is no chance, in standard errors.
  private static let residualSignificance = 4.0

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
    return try prepare(spectrum, lowLoss: lowLoss, options: options, row: 0, using: &workspace)
  }

  /// Prepares a spectrum into a row of the workspace, with options that were validated before.
  func prepare(
    _ spectrum: borrowing Spectrum, lowLoss: Spectrum?, options: MeasurementOptions, row: Int,
    using workspace: inout Workspace
  ) throws(SpectraError) -> Preparation {
    try workspace.require(channelCount: max(spectrum.count, lowLoss?.count ?? 0))
    guard (lowLoss == nil) == options.lowLossUse.isEmpty else {
      throw SpectraError(
        .option, "a low-loss spectrum and low_loss_use belong together: give both, or neither")
    }
    var zeroLoss: ZeroLossPeak?
    if let lowLoss {
      zeroLoss = try ZeroLossPeak(in: lowLoss, noiseGain: options.noiseGain ?? 1)
    }
    var calibration = options.calibration ?? .identity
    if options.lowLossUse.contains(.align), let zeroLoss {
      calibration = EnergyCalibration(offset: -zeroLoss.energy, factor: 1)
    }
    let prepared = grid.count * row..<grid.count * (row + 1)
    // Regions of one workspace can be changed at once only where each is an argument of its own.
    if calibration == .identity {
      var preparation = try prepare(
        spectrum, lowLoss, zeroLoss, options, into: prepared, of: &workspace.features,
        signal: &workspace.signal, integral: &workspace.integral, averaged: &workspace.averaged,
        weights: &workspace.weights, fourier: &workspace.fourier, filter: &workspace.filter)
      preparation.zeroLoss = zeroLoss
      return preparation
    }
    var energies = workspace.energies.mutableSpan(spectrum.count)
    for channel in 0..<spectrum.count {
      energies[channel] = calibration.energy(spectrum.axis.energies[channel])
    }
    var preparation = try prepare(
      spectrum, lowLoss, zeroLoss, options, on: workspace.energies, into: prepared,
      of: &workspace.features, signal: &workspace.signal, integral: &workspace.integral,
      averaged: &workspace.averaged, weights: &workspace.weights, fourier: &workspace.fourier,
      filter: &workspace.filter)
    preparation.calibration = calibration
    preparation.zeroLoss = zeroLoss
    return preparation
  }

  /// On the calibrated axis.
  private func prepare(
    _ spectrum: borrowing Spectrum, _ lowLoss: Spectrum?, _ zeroLoss: ZeroLossPeak?,
    _ options: MeasurementOptions, on energies: borrowing Region<Double>,
    into prepared: Range<Int>, of features: inout Region<Float>, signal: inout Region<Double>,
    integral: inout Region<Double>, averaged: inout Region<Double>,
    weights: inout Region<Double>, fourier: inout Region<Double>, filter: inout Region<Double>
  ) throws(SpectraError) -> Preparation {
    let axis = try EnergyAxis(energies.span(spectrum.count))
    return try prepare(
      spectrum.on(axis), lowLoss, zeroLoss, options, into: prepared, of: &features,
      signal: &signal, integral: &integral, averaged: &averaged, weights: &weights,
      fourier: &fourier, filter: &filter)
  }

  private func prepare(
    _ spectrum: borrowing Spectrum, _ lowLoss: Spectrum?, _ zeroLoss: ZeroLossPeak?,
    _ options: MeasurementOptions, into prepared: Range<Int>, of features: inout Region<Float>,
    signal: inout Region<Double>, integral: inout Region<Double>,
    averaged: inout Region<Double>, weights: inout Region<Double>,
    fourier: inout Region<Double>, filter: inout Region<Double>
  ) throws(SpectraError) -> Preparation {
    let axis = spectrum.axis
    let count = spectrum.count
    var noise = SignalNoise()

    // The low loss first: it needs the regions that the spectrum is then put into.
    let points = Workspace.fourierCount(channelCount: count)
    var ratio: FourierRatio?
    if options.lowLossUse.contains(.deconvolve), let lowLoss, let zeroLoss {
      var fourier = fourier.mutableSpan(2 * points)
      ratio = try FourierRatio(
        lowLoss, zeroLoss, for: axis, noiseGain: options.noiseGain ?? 1, fourier: &fourier,
        integral: &integral, signal: &signal)
    }

    let (defects, spikes) = clean(spectrum, options, into: &signal)
    noise.replacedSpikes = options.spikes == .replace && spikes.count > 0
    let fitted = try subtractBackground(axis, options, from: &signal, logarithms: &averaged)
    noise.background = fitted
    if !spectrum.hasVariances {
      noise.gain = options.noiseGain ?? fitted?.dispersion ?? Self.gain(of: spectrum)
    }
    let lowest = fitted?.window.end ?? axis.first
    var averagedNoise = 0.0
    if alignment == .edge {
      averagedNoise = try EdgeOnset.noise(
        signal.span(count), on: axis, above: lowest, rule: edgeRule)
    }

    if let ratio {
      let first = fitted.map { axis.channel(atOrAbove: $0.window.start) } ?? 0
      noise.firstDeconvolved = first
      var signal = signal.mutableSpan(count)
      // Below the window, what is left is no intensity of the edge.
      for channel in 0..<first { signal[channel] = 0 }
      var fourier = fourier.mutableSpan(2 * points)
      var filter = filter.mutableSpan(points + 2)
      ratio.deconvolve(&signal, fourier: &fourier, filter: &filter)
    }
    let resolution =
      options.lowLossUse.contains(.resolution) ? zeroLoss?.width : options.resolution
    noise.broadening = resolution.flatMap {
      GaussianBroadening(from: $0, to: broadeningSigma)
    }
    if let broadening = noise.broadening {
      try broadening.validate(for: axis.energies)
      var signal = signal.mutableSpan(count)
      var scratch = averaged.mutableSpan(count)
      broadening.apply(to: &signal, energies: axis.energies, scratch: &scratch)
    }

    var sums = integral.mutableSpan(count)
    CumulativeIntensity.fill(&sums, energies: axis.energies, signal: signal.span(count))
    let cumulative = CumulativeIntensity(
      energies: axis.energies, signal: signal.span(count), integral: integral.span(count))
    var onset: EdgeOnset?
    if alignment == .edge {
      var running = averaged.mutableSpan(count)
      var found = try EdgeOnset(
        in: cumulative, axis: axis, above: lowest, rule: edgeRule, noise: averagedNoise,
        averaged: &running)
      try setError(
        of: &found, noise, spectrum, weights: &weights, scratch: &averaged, fourier: &fourier,
        filter: filter)
      onset = found
    }
    let shift = try shift(options, onset)
    var rows = features.mutableSpan(prepared.upperBound)
    var features = rows._mutatingExtracting(prepared)
    let channelWidth = try resample(cumulative, axis, shift: shift, into: &features)
    let (area, negativeFraction) = try normalize(&features)
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
        before: start, preparation, spectrum, cumulative, weights: &weights, scratch: &averaged,
        fourier: &fourier, filter: filter)
    }
    return preparation
  }

  // MARK: - The steps

  /// Copies the intensities, looks for defects, and for spikes where asked.
  private func clean(
    _ spectrum: borrowing Spectrum, _ options: MeasurementOptions,
    into signal: inout Region<Double>
  ) -> (ChannelDefects, SpikeDetection) {
    var signal = signal.mutableSpan(spectrum.count)
    for channel in 0..<spectrum.count { signal[channel] = spectrum.intensity(channel) }
    let defects = ChannelDefects(in: signal)
    guard options.spikes != .ignore else { return (defects, SpikeDetection()) }
    let spikes = SpikeDetection(
      in: &signal, energies: spectrum.axis.energies, smallestStep: defects.smallestStep,
      replace: options.spikes == .replace)
    return (defects, spikes)
  }

  private func subtractBackground(
    _ axis: EnergyAxis, _ options: MeasurementOptions, from signal: inout Region<Double>,
    logarithms: inout Region<Double>
  ) throws(SpectraError) -> PowerLawBackground? {
    guard case .powerLaw(let window) = options.background ?? background else { return nil }
    let fitted = try PowerLawBackground(
      fitting: signal, on: axis, in: window, logarithms: &logarithms)
    var signal = signal.mutableSpan(axis.count)
    fitted.subtract(from: &signal, logarithms: logarithms.span(axis.count))
    return fitted
  }

  /// Variance over intensity of a spectrum without a background window, from its second differences;
  /// rather too large, as structure adds to them.
  private static func gain(of spectrum: borrowing Spectrum) -> Double? {
    guard spectrum.count >= 3 else { return nil }
    var (squares, sum) = (0.0, 0.0)
    for channel in 1..<(spectrum.count - 1) {
      let here = spectrum.intensity(channel)
      let difference = spectrum.intensity(channel - 1) - 2 * here + spectrum.intensity(channel + 1)
      squares += difference * difference
      sum += here
    }
    return sum > 0 ? squares / (6 * sum) : nil
  }

  /// Puts the error that follows from the noise of the channels in place of the averaged one.
  ///
  /// - Throws: `.uncertainOnset` where it is beyond what an axis can be aligned with.
  private func setError(
    of onset: inout EdgeOnset, _ noise: SignalNoise, _ spectrum: borrowing Spectrum,
    weights: inout Region<Double>, scratch: inout Region<Double>,
    fourier: inout Region<Double>, filter: borrowing Region<Double>
  ) throws(SpectraError) {
    let range = onset.channels(of: spectrum.axis, edgeRule)
    var places = weights.mutableSpan(spectrum.count)
    for channel in range { places[channel] = 0 }
    onset.addWeights(1, on: spectrum.axis.energies, edgeRule, to: &places)
    if noise.gain != nil || spectrum.hasVariances {
      onset.error = noise.variance(
        of: &weights, in: range, spectrum: spectrum, scratch: &scratch, fourier: &fourier,
        filter: filter
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

  /// What the background is wrong by on the grid, over the mean intensity there.
  private func misfit(
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
  private func preEdge(
    before onset: Double, _ preparation: Preparation, _ spectrum: borrowing Spectrum,
    _ cumulative: CumulativeIntensity, weights: inout Region<Double>,
    scratch: inout Region<Double>, fourier: inout Region<Double>, filter: borrowing Region<Double>
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
    var first = range.lowerBound
    ChannelWeights.add(
      1, from: stretch.start, to: stretch.end, on: axis.energies, startingAt: &first, to: &places)
    let variance = preparation.noise.variance(
      of: &weights, in: range, spectrum: spectrum, scratch: &scratch, fourier: &fourier,
      filter: filter)
    var place = range.lowerBound
    let below = cumulative.value(at: stretch.start, from: &place)
    let excess = cumulative.value(at: stretch.end, from: &place) - below
    return PreEdgeIntensity(
      excess: excess / (preparation.area * grid.step * Double(grid.count)),
      significance: variance > 0 ? excess / variance.squareRoot() : 0)
  }

  private func shift(
    _ options: MeasurementOptions, _ onset: EdgeOnset?
  ) throws(SpectraError) -> Double {
    switch alignment {
    case .edge:
      return -(onset?.energy ?? 0)
    case .threshold:
      if let threshold = options.threshold { return -threshold }
      throw SpectraError(
        .alignment,
        "this model needs the threshold of the spectrum; give threshold, or use an edge model")
    case .absolute:
      if let energyOffset = options.energyOffset { return energyOffset }
      throw SpectraError(
        .alignment,
        """
        this model needs a calibrated axis; give the energy offset to the simulated axis, \
        or use an edge model
        """)
    }
  }

  /// Averages the spectrum over the cell of each grid point.
  private func resample(
    _ cumulative: CumulativeIntensity, _ axis: EnergyAxis, shift: Double,
    into features: inout MutableSpan<Float>
  ) throws(SpectraError) -> Double {
    let (lower, upper) = (grid.lowerBorder - shift, grid.upperBorder - shift)
    guard axis.first <= lower else {
      throw SpectraError(
        .axisRange,
        "the axis starts too late for the model's energy grid; measure from lower energies, eV",
        found: axis.first, expected: lower)
    }
    guard axis.last >= upper else {
      throw SpectraError(
        .axisRange,
        "the axis ends too early for the model's energy grid; measure to higher energies, eV",
        found: axis.last, expected: upper)
    }
    // The border between two cells is computed once, so that nothing is counted twice or left out.
    var channel = axis.channel(atOrAbove: lower)
    channel = max(0, channel - 1)
    let first = channel
    var below = cumulative.value(at: lower, from: &channel)
    for point in 0..<grid.count {
      let border = min(grid.energy(point) + grid.step / 2 - shift, axis.last)
      let above = cumulative.value(at: border, from: &channel)
      features[point] = Float((above - below) / grid.step)
      below = above
    }
    return (axis.energies[channel + 1] - axis.energies[first]) / Double(channel + 1 - first)
  }

  /// Divides the features by their mean.
  private func normalize(
    _ features: inout MutableSpan<Float>
  ) throws(SpectraError) -> (area: Double, negativeFraction: Double) {
    var (sum, magnitudes) = (0.0, 0.0)
    for point in 0..<grid.count {
      sum += Double(features[point])
      magnitudes += Double(features[point].magnitude)
    }
    let mean = sum / Double(grid.count)
    // Where signs nearly cancel, division would blow noise up to any size.
    guard mean > 0, mean.isFinite, sum > 0.05 * magnitudes else {
      throw SpectraError(
        .noSignal,
        """
        nothing is left of the edge after the background; choose another background window or \
        measure with more dose
        """)
    }
    for point in 0..<grid.count {
      features[point] = Float(Double(features[point]) / mean)
    }
    return (mean, (magnitudes - sum) / (magnitudes + sum))
  }
}
