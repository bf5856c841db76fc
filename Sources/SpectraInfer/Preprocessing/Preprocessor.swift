/// Turns a raw spectrum into the features that the networks see, by one recipe for training and
/// use.
///
/// In this order: subtract the background, find the onset, align, resample to the grid, normalise.
public struct Preprocessor: Sendable, Equatable {
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
    let channelCount = max(spectrum.count, lowLoss?.count ?? 0)
    guard workspace.channelCount >= channelCount else {
      throw SpectraError(
        .workspace,
        """
        the workspace is too small; make it for the channels of the spectrum, or of its low-loss \
        spectrum, if that has more
        """, found: Double(workspace.channelCount), expected: Double(channelCount))
    }
    guard (lowLoss == nil) == options.lowLossUse.isEmpty else {
      throw SpectraError(
        .option,
        """
        a low-loss spectrum and low_loss_use belong together: give both, or neither
        """)
    }
    let fitted = try fitBackground(spectrum, options)
    let prepared = grid.count * row..<grid.count * (row + 1)
    // Regions of one workspace can be changed at once only where each is an argument of its own.
    return try prepare(
      spectrum, options, fitted, into: prepared, of: &workspace.features,
      signal: &workspace.signal, integral: &workspace.integral, averaged: &workspace.averaged)
  }

  private func prepare(
    _ spectrum: borrowing Spectrum, _ options: MeasurementOptions, _ fitted: PowerLawBackground?,
    into prepared: Range<Int>, of features: inout Region<Float>,
    signal: inout Region<Double>, integral: inout Region<Double>, averaged: inout Region<Double>
  ) throws(SpectraError) -> Preparation {
    let energies = spectrum.axis.energies
    var signal = signal.mutableSpan(spectrum.count)
    for channel in 0..<spectrum.count {
      signal[channel] =
        spectrum.intensity(channel) - (fitted?.intensity(at: energies[channel]) ?? 0)
    }
    var integral = integral.mutableSpan(spectrum.count)
    CumulativeIntensity.fill(&integral, energies: energies, signal: signal.span)
    let cumulative = CumulativeIntensity(
      energies: energies, signal: signal.span, integral: integral.span)

    var onset: EdgeOnset?
    if alignment == .edge {
      var averaged = averaged.mutableSpan(spectrum.count)
      onset = try EdgeOnset(
        in: cumulative, axis: spectrum.axis, signal: signal.span,
        above: fitted?.window.end ?? spectrum.axis.first, rule: edgeRule, averaged: &averaged)
    }
    let shift = try shift(options, onset)
    var rows = features.mutableSpan(prepared.upperBound)
    var features = rows._mutatingExtracting(prepared)
    let channelWidth = try resample(cumulative, spectrum.axis, shift: shift, into: &features)
    let (area, negativeFraction) = try normalize(&features)
    return Preparation(
      alignment: alignment, background: fitted, onset: onset, shift: shift,
      channelWidth: channelWidth, area: area, negativeFraction: negativeFraction)
  }

  private func fitBackground(
    _ spectrum: borrowing Spectrum, _ options: MeasurementOptions
  ) throws(SpectraError) -> PowerLawBackground? {
    switch options.background ?? background {
    case .alreadyRemoved: nil
    case .powerLaw(let window): try PowerLawBackground(fitting: spectrum, in: window)
    }
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
