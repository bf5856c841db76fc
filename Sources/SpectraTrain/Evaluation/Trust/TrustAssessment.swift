public import SpectraInfer

/// How far a model can be trusted with spectra that it has not seen: whether it is better than what
/// knows nothing, how often its intervals hold, and what it flags.
public struct TrustAssessment: Sendable, Equatable {
  /// How many foreign edges are tried.
  private static let foreignCount = 10_000

  /// Number of spectra that the model has not seen.
  public let spectrumCount: Int
  /// How many of them are flagged as outside of the reference domain.
  public let outsideCount: Int
  /// Whether the model beats the naive rivals on them.
  public let comparison: NaiveComparison
  /// How often the intervals hold on them.
  public let coverage: CoverageTable
  /// What the model makes of edges that no silicon oxide has; nil for a model without references,
  /// which can flag none.
  public let foreignEdges: ForeignEdges.Outcome?

  /// Predicts the unseen parts of a dataset and 10,000 foreign edges.
  ///
  /// Trains a model on shuffled properties for the comparison; where there is too little to train
  /// with, that rival is left out.
  ///
  /// - Throws: `SpectraError` where a spectrum cannot be predicted.
  public init(
    of model: borrowing Model, card: ModelCard, dataset: Dataset, parts: DataParts
  ) throws(SpectraError) {
    let unseen = parts.unseen
    let predictions = try model.predictions(for: unseen, of: dataset)
    let shuffled =
      unseen.isEmpty
      ? nil
      : try? ShuffledTargets(dataset, card: card, memberCount: model.memberCount)
        .predictions(known: parts[.training], rows: unseen)
    spectrumCount = unseen.count
    outsideCount = predictions.count { $0.flags.contains(.outsideReferenceDomain) }
    comparison = NaiveComparison(predictions, shuffledTargets: shuffled, seed: card.seed)
    coverage = CoverageTable(predictions)
    foreignEdges =
      model.referenceCount > 0
      ? try ForeignEdges(count: Self.foreignCount, seed: 1).tried(on: model) : nil
  }
}
