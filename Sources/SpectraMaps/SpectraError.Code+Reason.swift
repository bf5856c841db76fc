package import SpectraInfer

extension SpectraError.Code {
  /// Why a spectrum has no prediction, in a few words for a list of reasons.
  package var reason: String {
    switch self {
    case .notFinite: "holds NaN, infinite or absurd intensities"
    case .backgroundWindow: "the background window holds too few channels or no counts"
    case .backgroundFit: "no falling power law describes the background window"
    case .noEdge: "no edge stands out of the noise"
    case .noSignal: "nothing is left after the background"
    case .axisRange: "the axis does not reach over the model's energies"
    case .lowLoss: "the low-loss spectrum has no whole zero-loss peak"
    case .deconvolution: "the axes do not allow a deconvolution"
    case .uncertainOnset: "too noisy to find the onset"
    default: "status \(rawValue)"
    }
  }
}
