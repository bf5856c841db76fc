/// How the background before the edge is removed.
public enum BackgroundRule: Sendable, Equatable {
  /// The spectrum has none, or it was removed before.
  case alreadyRemoved
  /// A power law `A E^-r`, fitted on a window (eV, on the spectrum's own axis) before the edge.
  case powerLaw(window: EnergyWindow)
}

/// A stretch of the energy axis, both ends included.
public struct EnergyWindow: Sendable, Equatable {
  /// Lower end, eV.
  public let start: Double
  /// Upper end, eV.
  public let end: Double

  /// The window from `start` to `end`, eV.
  public init(start: Double, end: Double) {
    self.start = start
    self.end = end
  }
}
