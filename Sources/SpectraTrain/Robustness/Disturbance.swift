/// What a measurement does to a spectrum, one thing at a time; everything else is perfect.
///
/// The panel is that of Gleason, Lu and Ciston, npj Comput. Mater. 10 (2024) 221 (shift, noise,
/// mixtures), with the resolution and the background that a microscope adds.
public enum Disturbance: String, Sendable, CaseIterable, Codable {
  /// Counts of the edge at its maximum, over as many of background.
  case dose
  /// Error of the energy axis, eV, of either sign.
  case shift
  /// Standard deviation of the instrument's Gaussian, over that of the recipe.
  case broadening
  /// Leftover background, over the edge's maximum (`MeasurementConditions`).
  case background
  /// Share of the crystal's average in the spectrum.
  case mixture

  /// The values at which errors are measured.
  public var values: [Double] {
    switch self {
    case .dose: [300, 1000, 3000, 10_000, 30_000, 100_000, 1_000_000]
    case .shift: [0, 0.1, 0.2, 0.3, 0.5, 0.8]
    case .broadening: [0.6, 0.8, 1, 1.2, 1.6, 2, 2.4]
    case .background: [-0.2, -0.1, -0.05, 0, 0.05, 0.1, 0.2]
    case .mixture: [0, 0.25, 0.5, 0.75, 1]
    }
  }

  /// Whether a measurement differs from the next one under the same conditions.
  var isRandom: Bool { self == .dose }

  /// The conditions at a value.
  ///
  /// - Parameters:
  ///   - broadeningSigma: the recipe's broadening, eV.
  ///   - isOdd: changes the sign of a shift, so that both signs count alike.
  func conditions(_ value: Double, broadeningSigma: Double, isOdd: Bool) -> MeasurementConditions {
    var conditions = MeasurementConditions(broadeningSigma: broadeningSigma)
    switch self {
    case .dose: conditions.edgeCounts = value
    case .shift: conditions.axisError = isOdd ? -value : value
    case .broadening: conditions.broadeningSigma = broadeningSigma * value
    case .background: conditions.leftoverBackground = value
    case .mixture: conditions.crystalShare = value
    }
    return conditions
  }
}
