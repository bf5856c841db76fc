/// What preprocessing did to a spectrum; nothing is done without being told here.
public struct Preparation: Sendable {
  /// How the axis was aligned.
  public let alignment: Alignment
  /// The background that was subtracted; nil: none.
  public let background: PowerLawBackground?
  /// The onset, where the alignment looks for one.
  public let onset: EdgeOnset?
  /// What was added to the spectrum's axis, eV.
  public let shift: Double
  /// Mean dispersion over the grid, eV per channel.
  public let channelWidth: Double
  /// Mean intensity over the grid, by which all intensities were divided.
  public let area: Double
  /// Intensity below zero over that above zero, on the grid.
  public let negativeFraction: Double
}
