/// The straight line from an axis as it was handed in to the true energies: offset and dispersion.
public struct EnergyCalibration: Sendable, Equatable {
  /// The axis as it was handed in.
  public static let identity = EnergyCalibration(offset: 0, factor: 1)
  // A dispersion that is wrong by more than this is another spectrometer's, or a mistake.
  private static let factors = 0.5...2.0

  /// What is added to the scaled energies, eV.
  public let offset: Double
  /// True over handed-in dispersion.
  public let factor: Double

  init(offset: Double, factor: Double) {
    self.offset = offset
    self.factor = factor
  }

  /// The offset from one energy (eV) that is known.
  public init(measured: Double, true energy: Double) {
    self.init(offset: energy - measured, factor: 1)
  }

  /// Offset and dispersion from two energies (eV) that are known.
  public init(measured: (Double, Double), true energies: (Double, Double)) {
    let factor = (energies.1 - energies.0) / (measured.1 - measured.0)
    self.init(offset: energies.0 - factor * measured.0, factor: factor)
  }

  /// The true energy of one on the axis as it was handed in, eV.
  public func energy(_ measured: Double) -> Double { offset + factor * measured }

  /// - Throws: `.option` where no axis is brought to true energies like that.
  func validate() throws(SpectraError) {
    // Written so that NaN fails too.
    guard offset.magnitude <= EnergyAxis.energyMaximum, Self.factors.contains(factor) else {
      throw SpectraError(
        .option,
        """
        the calibration points must be finite, in eV, and change the dispersion by a factor \
        between 0.5 and 2
        """, found: factor)
    }
  }
}
