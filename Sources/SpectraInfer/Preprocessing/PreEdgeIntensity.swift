/// Intensity between the background window and the onset that neither the background nor the foot
/// of the edge explains, such as the peak at 531 eV that beam damage makes.
public struct PreEdgeIntensity: Sendable, Equatable {
  // The foot of an edge, broadened and averaged, ends this many standard deviations below it.
  private static let foot = 3.0
  private static let channelCountMinimum = 3
  // Without a window, what lies further below the onset is not looked at, eV.
  private static let reach = 12.0

  /// The excess (intensity times eV) over that of the edge on the grid.
  public let excess: Double
  /// The excess in its standard errors.
  public let significance: Double

  /// Whether it is more than noise, and more than a two hundredth of the edge.
  var isNotable: Bool { significance > 4 && excess > 0.005 }

  /// The stretch of energy that is looked at, eV; nil: it is too short.
  ///
  /// - Parameters:
  ///   - onset: onset or threshold, eV.
  ///   - sigma: standard deviation of the resolution, eV.
  static func stretch(
    of axis: EnergyAxis, after windowEnd: Double?, before onset: Double, sigma: Double,
    rule: EdgeRule
  ) -> EnergyWindow? {
    let end = min(onset - rule.averagingWidth / 2 - foot * sigma, axis.last)
    let start = max(windowEnd ?? (end - reach), axis.first)
    guard end > start else { return nil }
    let channels = axis.channel(atOrAbove: end) - axis.channel(atOrAbove: start)
    return channels >= channelCountMinimum ? EnergyWindow(start: start, end: end) : nil
  }
}
