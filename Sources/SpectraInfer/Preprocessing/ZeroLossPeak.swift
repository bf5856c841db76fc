/// The peak of the electrons that lost no energy: where it is and how wide.
public struct ZeroLossPeak: Sendable, Equatable {
  /// Energy of the peak on the low-loss axis, eV.
  public let energy: Double
  /// Its standard error from the noise, eV.
  public let error: Double
  /// Full width at half maximum, eV.
  public let width: Double
}
