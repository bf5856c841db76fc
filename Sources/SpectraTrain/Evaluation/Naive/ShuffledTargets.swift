public import SpectraInfer

/// A model that learned from the spectra of another model, with their properties dealt out anew:
/// what its way of training makes of spectra that say nothing.
public struct ShuffledTargets {
  private let dataset: Dataset
  private let card: ModelCard
  private let memberCount: Int

  /// - Parameters:
  ///   - dataset: holds what the model learned from.
  ///   - card: says how it learned.
  ///   - memberCount: the members of its ensemble.
  public init(_ dataset: Dataset, card: ModelCard, memberCount: Int) {
    self.dataset = dataset
    self.card = card
    self.memberCount = memberCount
  }

  /// Trains on `known` rows with shuffled properties, and predicts `rows`.
  ///
  /// Augmentation is left out: there is nothing to learn that it could protect. Nine tenths of the
  /// groups of `known` are learned from.
  ///
  /// - Throws: `DataError` where there are too few spectra to train with.
  public func predictions(known: [Int], rows: [Int]) throws -> [PropertyValues] {
    var generator = SeededGenerator(seed: card.seed).stream(77)
    var order = known
    generator.shuffle(&order)
    let shuffled = dataset.assigning(propertiesOf: order, to: known)
    let plan = TrainingPlan(
      preprocessor: dataset.preprocessor,
      splitRule: SplitRule(rawValue: card.split) ?? .group, memberCount: memberCount,
      calibrationMemberCount: 0, configuration: card.training)
    let document = try EnsembleTrainer(dataset: shuffled, plan: plan).train()
    let bytes = try ModelWriter().bytes(of: document)
    let model = try Model(json: bytes.span)
    var workspace = try model.makeWorkspace(channelCount: 0)
    return try rows.map { row in
      let features = Array(dataset.features.row(row))
      return try model.predict(features: features.span, using: &workspace).values
    }
  }
}
