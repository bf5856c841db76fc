public import SpectraInfer

/// The recipe of the models that are shipped, one for each alignment; docs/decisions/0003 has the
/// trials.
public enum StandardRecipe {
  /// The part of the axis before the O-K edge that is fitted, eV.
  public static let backgroundWindow = EnergyWindow(start: 490, end: 525)
  /// Onset at 15 % of the maximum of the average over 1.4 eV; O-K edges of oxides begin between
  /// 525 and 545 eV, and axes may be off by more than ten.
  public static let edgeRule = EdgeRule(
    fraction: 0.15, averagingWidth: 1.4, maximumWithin: 15,
    onsetWindow: EnergyWindow(start: 505, end: 570))
  /// First energy of the grid on the absolute axis, eV of the simulation.
  public static let absoluteGridStart = 538.0

  /// The recipe for an alignment.
  ///
  /// - Parameter broadeningSigma: Gaussian broadening, eV: the paper's 0.5, or 0.1 for a
  ///   monochromated measurement.
  public static func preprocessor(
    alignment: Alignment, broadeningSigma: Double = 0.5
  ) -> Preprocessor {
    let paper = FeatureGrid.paper
    let grid =
      alignment == .absolute
      ? FeatureGrid(start: absoluteGridStart, step: paper.step, count: paper.count) : paper
    return Preprocessor(
      grid: grid, alignment: alignment, edgeRule: edgeRule,
      background: .powerLaw(window: backgroundWindow), broadeningSigma: broadeningSigma)
  }
}
