/// What is known of a measurement beside the spectrum itself.
public struct MeasurementOptions: Sendable, Equatable {
  /// Instead of the recipe's background rule; nil: the recipe's, its window cut to the axis.
  public var background: BackgroundRule?
  /// Threshold on the spectrum's own axis, eV; needed by models aligned at the threshold.
  public var threshold: Double?
  /// What to add to the spectrum's axis to reach the simulated one, eV; needed by models on the
  /// absolute axis.
  public var energyOffset: Double?

  /// Nothing is known.
  public init(
    background: BackgroundRule? = nil, threshold: Double? = nil, energyOffset: Double? = nil
  ) {
    self.background = background
    self.threshold = threshold
    self.energyOffset = energyOffset
  }

  /// Checks the ranges of what the alignment needs; the rest is ignored.
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
  }
}
