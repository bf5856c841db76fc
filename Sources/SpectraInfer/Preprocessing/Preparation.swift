internal import CKernels

/// What preprocessing did to a spectrum; nothing is done without being told here.
public struct Preparation: Sendable {
  /// How the axis was aligned.
  public let alignment: Alignment
  /// The background that was subtracted; nil: none.
  public let background: PowerLawBackground?
  /// The onset on the spectrum's axis, where the alignment looks for one.
  public let onset: EdgeOnset?
  /// What was added to the spectrum's axis, eV.
  public let shift: Double
  /// Mean dispersion over the grid, eV per channel.
  public let channelWidth: Double
  /// Mean intensity over the grid, by which all intensities were divided.
  public let area: Double
  /// Intensity below zero over that above zero, on the grid.
  public let negativeFraction: Double
  /// Calibration and zero-loss alignment of the axis together.
  public internal(set) var calibration = EnergyCalibration.identity
  /// The zero-loss peak of the low-loss spectrum; nil: it was not looked for.
  public internal(set) var zeroLoss: ZeroLossPeak?
  /// What the low-loss spectrum was used for.
  public internal(set) var lowLossUse: LowLossUse = []
  /// Full width at half maximum of the measurement's resolution, eV; nil: unknown.
  public internal(set) var resolution: Double?
  /// Standard deviation of the Gaussian broadening that was added, eV; 0: none.
  public internal(set) var addedBroadening = 0.0
  /// Thickness over the inelastic mean free path; nil: nothing was deconvolved.
  public internal(set) var thickness: Double?
  /// Variance of the noise over the intensity, given or estimated; nil: the spectrum has variances,
  /// or nothing could be estimated.
  public internal(set) var noiseGain: Double?
  /// Intensity before the edge; nil: there is nothing between the window and the edge to look at.
  public internal(set) var preEdge: PreEdgeIntensity?
  /// Number of spikes, replaced or not.
  public internal(set) var spikeCount = 0
  /// Energy of the first spike, eV.
  public internal(set) var spikeEnergy: Double?
  /// What the background is wrong by on the grid, over the mean intensity there: the standard error
  /// of its extrapolation, or what the residuals of its window add up to; 0 without a background.
  public internal(set) var backgroundMisfit = 0.0
  /// Standard error of the axis, where a given energy aligns it, eV.
  var axisError = 0.0
  /// The noise of the channels.
  var noise = SignalNoise()
  /// Channels that are saturated or constant.
  public internal(set) var defects = ChannelDefects()

  /// Whether the resolution is coarser than a broadening (standard deviation, eV), by more than a
  /// twentieth.
  func isCoarse(for sigma: Double) -> Bool {
    (resolution ?? 0) > 1.05 * sigma * (8 * log(2.0)).squareRoot()
  }
}
