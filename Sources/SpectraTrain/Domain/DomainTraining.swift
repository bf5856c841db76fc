/// How a network is taught to tell the spectra of a dataset from other edges: everything that, with
/// the dataset, decides it.
///
/// The trials are in docs/decisions/0005.
public struct DomainTraining: Sendable, Equatable, Codable {
  /// Foreign edges that are shown (`ForeignEdges`), and as many variants of own spectra.
  public var edgeCount: Int
  /// Share of the variants that are mixtures of two spectra.
  public var mixtureShare: Double
  /// The largest share of the other spectrum in a mixture.
  public var mixtureLimit: Double
  /// Share of the variants whose energies are moved.
  public var warpShare: Double
  /// Standard deviation of the shift of the energies, eV.
  public var shiftSigma: Double
  /// Standard deviation of the stretch of the energies, as a share of them.
  public var stretchSigma: Double
  /// Widths of the hidden layers.
  public var hidden: [Int]
  /// How often all edges and variants are shown.
  public var epochs: Int
  /// Of 100 spectra of unseen materials, how many the model flags, over 100: what decides the level.
  public var flaggedShare: Double

  /// What the models of `data/models` are taught with; fewer edges teach less.
  public init(
    edgeCount: Int = 100_000, mixtureShare: Double = 0.7, mixtureLimit: Double = 0.5,
    warpShare: Double = 0.9, shiftSigma: Double = 0.4, stretchSigma: Double = 0.05,
    hidden: [Int] = [128, 64], epochs: Int = 15, flaggedShare: Double = 0.045
  ) {
    self.edgeCount = edgeCount
    self.mixtureShare = mixtureShare
    self.mixtureLimit = mixtureLimit
    self.warpShare = warpShare
    self.shiftSigma = shiftSigma
    self.stretchSigma = stretchSigma
    self.hidden = hidden
    self.epochs = epochs
    self.flaggedShare = flaggedShare
  }

  // As names are written in model files.
  private enum CodingKeys: String, CodingKey {
    case edgeCount = "foreign_edge_count"
    case mixtureShare = "mixture_share"
    case mixtureLimit = "mixture_limit"
    case warpShare = "warp_share"
    case shiftSigma = "shift_sigma_ev"
    case stretchSigma = "stretch_sigma"
    case hidden
    case epochs
    case flaggedShare = "flagged_share"
  }

  /// What the network is trained with.
  func configuration(seed: UInt64) -> TrainingConfiguration {
    TrainingConfiguration(
      hidden: hidden, dropout: 0, learningRate: 1e-3, weightDecay: 0.01, batchSize: 256,
      maximumEpochs: epochs, cosineDecay: true, seed: seed)
  }
}
