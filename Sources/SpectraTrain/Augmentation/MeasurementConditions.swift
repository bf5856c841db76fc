/// Under which conditions a simulated spectrum is measured, by a perfect instrument or a poor one.
public struct MeasurementConditions: Sendable, Equatable {
  /// Counts of the edge at its maximum, which decide the Poisson noise; nil: no noise and no
  /// background.
  public var edgeCounts: Double?
  /// Counts of the power-law background at 530 eV, over `edgeCounts`.
  public var backgroundRatio: Double
  /// What the energy axis shows too much, eV. Models aligned at the edge do not see it.
  public var axisError: Double
  /// Standard deviation of the instrument's Gaussian, eV.
  public var broadeningSigma: Double
  /// A background that the subtraction leaves: it rises from zero at the end of the background
  /// window, in a straight line, to this share of the edge's maximum 30 eV above it.
  public var leftoverBackground: Double
  /// Share of the crystal's average in the spectrum: 0 for the single site, 1 for the average over
  /// all sites of the material, weighted by their multiplicity, which a wide beam sees.
  public var crystalShare: Double

  /// A perfect measurement of one site, but for what is given.
  public init(
    edgeCounts: Double? = nil, backgroundRatio: Double = 1, axisError: Double = 0,
    broadeningSigma: Double, leftoverBackground: Double = 0, crystalShare: Double = 0
  ) {
    self.edgeCounts = edgeCounts
    self.backgroundRatio = backgroundRatio
    self.axisError = axisError
    self.broadeningSigma = broadeningSigma
    self.leftoverBackground = leftoverBackground
    self.crystalShare = crystalShare
  }
}
