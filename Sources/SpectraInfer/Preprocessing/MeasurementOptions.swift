/// What is known of a measurement beside the spectra themselves.
///
/// Energies are on the spectrum's axis after `calibration` and zero-loss alignment, where there are
/// any.
public struct MeasurementOptions: Sendable, Equatable {
  // Beyond these a number is no standard error or width of a core-loss measurement.
  private static let axisErrorMaximum = 100.0
  private static let resolutions = 1e-4...100.0
  private static let noiseGains = 1e-30...1e30

  /// Instead of the recipe's background rule; nil: the recipe's, its window cut to the axis.
  public var background: BackgroundRule?
  /// Threshold on the spectrum's axis, eV; needed by models aligned at the threshold.
  public var threshold: Double?
  /// What to add to the spectrum's axis to reach the simulated one, eV; needed by models on the
  /// absolute axis.
  public var energyOffset: Double?
  /// Standard error of threshold, energy offset or calibration, eV.
  public var axisError = 0.0
  /// What brings the axis to true energies, before everything else; nil: it is taken as it is.
  public var calibration: EnergyCalibration?
  /// What is done about spikes.
  public var spikes = SpikeHandling.report
  /// What the low-loss spectrum is used for; empty only without one.
  public var lowLossUse: LowLossUse = []
  /// Full width at half maximum of the resolution, eV; nil: unknown, and nothing is broadened.
  public var resolution: Double?
  /// Variance of the noise over the intensity, where the spectrum has no variances of its own; nil:
  /// estimated from the spectrum.
  public var noiseGain: Double?

  /// Nothing is known.
  public init(
    background: BackgroundRule? = nil, threshold: Double? = nil, energyOffset: Double? = nil
  ) {
    self.background = background
    self.threshold = threshold
    self.energyOffset = energyOffset
  }

  /// Checks the ranges of all that is used; what the alignment does not need is ignored.
  ///
  /// - Throws: `.option`, saying which one is out of its range.
  package func validate(for alignment: Alignment) throws(SpectraError) {
    if case .powerLaw(let window) = background {
      guard window.start > 0, window.end > window.start, window.end <= EnergyAxis.energyMaximum
      else {
        throw SpectraError(
          .option, "the background window must start above 0 eV and end above its start")
      }
    }
    let isTooFar = { (energy: Double?) in !((energy ?? 0).magnitude <= EnergyAxis.energyMaximum) }
    if alignment == .threshold, isTooFar(threshold) {
      throw SpectraError(.option, "the threshold must be finite and in eV")
    }
    if alignment == .absolute, isTooFar(energyOffset) {
      throw SpectraError(.option, "the energy offset must be finite and in eV")
    }
    guard axisError >= 0, axisError <= Self.axisErrorMaximum else {
      throw SpectraError(
        .option, "the standard error of the axis must be 0 to 100 eV", found: axisError)
    }
    try validateSteps()
  }

  /// Checks that there is a low-loss spectrum where it is used, and only there.
  func validate(hasLowLoss: Bool) throws(SpectraError) {
    guard hasLowLoss != lowLossUse.isEmpty else {
      throw SpectraError(
        .option, "a low-loss spectrum and low_loss_use belong together: give both, or neither")
    }
  }

  private func validateSteps() throws(SpectraError) {
    try calibration?.validate()
    guard lowLossUse.isSubset(of: .all) else {
      throw SpectraError(
        .option, "low_loss_use must be made of SPECTRA_LOW_LOSS_*",
        found: Double(lowLossUse.rawValue))
    }
    guard calibration == nil || !lowLossUse.contains(.align) else {
      throw SpectraError(
        .option, "calibration points and zero-loss alignment both set the offset; give one of them")
    }
    if let resolution {
      guard Self.resolutions.contains(resolution) else {
        throw SpectraError(
          .option, "the resolution must be a full width of 0.0001 to 100 eV", found: resolution)
      }
      guard !lowLossUse.contains(.resolution) else {
        throw SpectraError(
          .option, "the resolution is given and to be taken from the low loss; choose one of them")
      }
    }
    if let noiseGain, !Self.noiseGains.contains(noiseGain) {
      throw SpectraError(
        .option, "the noise gain must be positive: 1 for counts", found: noiseGain)
    }
  }
}
