/// Intensity between the background window and the onset that neither the background nor the foot
/// of the edge explains, such as the peak at 531 eV that beam damage makes.
public struct PreEdgeIntensity: Sendable, Equatable {
  /// The excess (intensity times eV) over the edge's on the grid.
  public let excess: Double
  /// The excess in its standard errors.
  public let significance: Double
}
