/// The rule that finds the onset of an edge, the same for simulated and measured spectra.
///
/// The spectrum is averaged over `averagingWidth` around each channel. Its maximum is taken within
/// `maximumWithin` above the onset. From the first energy at which the average exceeds half of that
/// maximum (or `fraction` of it, if that is more), the rule walks down to the energy at which it
/// falls below `fraction` of the maximum: the onset. Walking down keeps a burst of noise before the
/// edge from being taken for it. What lies outside of `onsetWindow` is another edge, or none.
public struct EdgeRule: Sendable, Equatable {
  /// Share of the maximum that marks the onset, between 0 and 1.
  public let fraction: Double
  /// Width of the running average, eV.
  public let averagingWidth: Double
  /// How far above the onset the maximum may lie, eV.
  public let maximumWithin: Double
  /// Where the onset may lie on the spectrum's own axis, eV; wide, as the axis may be uncalibrated.
  public let onsetWindow: EnergyWindow

  /// A rule with its share of the maximum, width of the average (eV) and reach of the maximum (eV).
  public init(
    fraction: Double, averagingWidth: Double, maximumWithin: Double, onsetWindow: EnergyWindow
  ) {
    self.fraction = fraction
    self.averagingWidth = averagingWidth
    self.maximumWithin = maximumWithin
    self.onsetWindow = onsetWindow
  }
}
