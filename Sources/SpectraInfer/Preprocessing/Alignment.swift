/// How the energy axis of a spectrum is brought to the axis that a model was trained on.
///
/// `rawValue` equals the `SPECTRA_ALIGNMENT_*` of the C header.
public enum Alignment: UInt32, Sendable, CaseIterable {
  /// 0 eV is the threshold, which must be known (the paper's first model).
  case threshold = 1
  /// 0 eV is the onset that `EdgeRule` finds in the spectrum; the axis may be uncalibrated.
  case edge = 2
  /// The calibrated axis itself plus one constant offset (after the paper's second model).
  case absolute = 3

  /// The name in model files and on the command line.
  public var name: StaticString {
    switch self {
    case .threshold: "threshold"
    case .edge: "edge"
    case .absolute: "absolute"
    }
  }
}
