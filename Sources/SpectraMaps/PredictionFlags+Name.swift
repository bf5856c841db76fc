package import SpectraInfer

extension PredictionFlags {
  /// The name of a single flag: that of the C header without `SPECTRA_FLAG_`, in lower case.
  package var name: String {
    switch self {
    case .outsideReferenceDomain: "outside_reference_domain"
    case .ambiguous: "ambiguous"
    case .negativeIntensity: "negative_intensity"
    case .coarseChannels: "coarse_channels"
    case .uncertainOnset: "uncertain_onset"
    case .coarseResolution: "coarse_resolution"
    case .backgroundWindow: "background_window"
    case .preEdgeIntensity: "pre_edge_intensity"
    case .saturatedChannels: "saturated_channels"
    case .spikes: "spikes"
    default: "flag_\(rawValue.trailingZeroBitCount)"
    }
  }
}
