/// How far to trust a prediction; raw values are the `SPECTRA_FLAG_*` of the C header.
public struct PredictionFlags: OptionSet, Sendable {
  /// The bits of the C header.
  public let rawValue: UInt32

  /// Flags from the bits of the C header.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Unlike every reference spectrum.
  public static let outsideReferenceDomain = PredictionFlags(rawValue: 1 << 0)
  /// The nearest references disagree in a property by more than its 95 % interval.
  public static let ambiguous = PredictionFlags(rawValue: 1 << 1)
  /// The intensity below zero is more than a twentieth of that above.
  public static let negativeIntensity = PredictionFlags(rawValue: 1 << 2)
  /// Channels wider than the broadening of the training spectra.
  public static let coarseChannels = PredictionFlags(rawValue: 1 << 3)
  /// The onset is uncertain by more than 0.2 eV.
  public static let uncertainOnset = PredictionFlags(rawValue: 1 << 4)

  /// The resolution is coarser than the broadening of the training spectra.
  public static let coarseResolution = PredictionFlags(rawValue: 1 << 5)
  /// The background window does not hold a power law alone.
  public static let backgroundWindow = PredictionFlags(rawValue: 1 << 6)
  /// Intensity before the edge that neither the background nor the edge explains.
  public static let preEdgeIntensity = PredictionFlags(rawValue: 1 << 7)
  /// Saturated or constant channels.
  public static let saturatedChannels = PredictionFlags(rawValue: 1 << 8)
  /// Spikes, wherever on the axis.
  public static let spikes = PredictionFlags(rawValue: 1 << 9)

  /// Every flag there is.
  public static let all: [PredictionFlags] = [
    .outsideReferenceDomain, .ambiguous, .negativeIntensity, .coarseChannels, .uncertainOnset,
    .coarseResolution, .backgroundWindow, .preEdgeIntensity, .saturatedChannels, .spikes,
  ]

  /// The flags that follow from what preprocessing did.
  package init(_ preparation: Preparation, broadeningSigma: Double) {
    self = []
    if preparation.negativeFraction > 0.05 { insert(.negativeIntensity) }
    if preparation.channelWidth > broadeningSigma { insert(.coarseChannels) }
    if (preparation.onset?.error ?? 0) > 0.2 { insert(.uncertainOnset) }
    if preparation.isCoarse(for: broadeningSigma) { insert(.coarseResolution) }
    if preparation.backgroundMisfit > 0.1 { insert(.backgroundWindow) }
    if let preEdge = preparation.preEdge, preEdge.isNotable { insert(.preEdgeIntensity) }
    if preparation.defects.saturated + preparation.defects.constant > 0 {
      insert(.saturatedChannels)
    }
    if preparation.spikeCount > 0, !preparation.noise.replacedSpikes { insert(.spikes) }
  }
}

extension PredictionFlags {
  /// One plain sentence for a single flag; empty for none or several.
  public var sentence: StaticString {
    switch self {
    case .outsideReferenceDomain:
      "The spectrum is unlike every reference spectrum of the model: do not trust the values."
    case .ambiguous:
      "The nearest reference spectra disagree: the spectrum does not settle every property."
    case .negativeIntensity:
      "Much intensity is negative after the background: check the background window."
    case .coarseChannels:
      "The channels are wider than the resolution the model was trained on."
    case .uncertainOnset:
      "The onset is uncertain by more than 0.2 eV: measure with more dose."
    case .coarseResolution:
      "The resolution is coarser than what the model was trained on: fine structure is missing."
    case .backgroundWindow:
      "The power law does not describe the background window: choose another one."
    case .preEdgeIntensity:
      "There is intensity before the edge, as from beam damage (531 eV): use less dose."
    case .saturatedChannels:
      "Channels are saturated or constant: check the exposure and the detector."
    case .spikes:
      "There are spikes, as from cosmic rays or X-rays: let them be replaced, or measure again."
    default: ""
    }
  }
}
