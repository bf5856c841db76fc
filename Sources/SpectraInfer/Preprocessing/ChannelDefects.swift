/// Channels whose intensities are those of the detector rather than of the specimen.
public struct ChannelDefects: Sendable, Equatable {
  /// Channels in runs of the spectrum's largest intensity: the detector was full.
  public internal(set) var saturated = 0
  /// Channels in other runs of one intensity, longer than noise allows.
  public internal(set) var constant = 0

  /// No defects.
  public init() {}
}
