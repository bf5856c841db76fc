public import SpectraInfer

/// Everything that, with the database, decides a model: recipe, split, networks, seed.
public struct TrainingPlan: Sendable {
  /// How spectra are prepared.
  public var preprocessor: Preprocessor
  /// What the split keeps whole.
  public var splitRule: SplitRule
  /// Which of the ten folds is the test part.
  public var fold: Int
  /// Groups that belong to the test part whatever the fold.
  public var heldOutGroups: Set<String>
  /// Under which conditions the training spectra are measured; nil: the perfect spectra alone.
  public var augmentation: Augmentation?
  /// Networks of the ensemble.
  public var memberCount: Int
  /// Hyperparameters; each member has a seed of its own, derived from this one.
  public var configuration: TrainingConfiguration

  /// A plan; the seed of `configuration` also decides the folds.
  public init(
    preprocessor: Preprocessor, splitRule: SplitRule, fold: Int = 0,
    heldOutGroups: Set<String> = [], augmentation: Augmentation? = nil, memberCount: Int = 5,
    configuration: TrainingConfiguration
  ) {
    self.preprocessor = preprocessor
    self.splitRule = splitRule
    self.fold = fold
    self.heldOutGroups = heldOutGroups
    self.augmentation = augmentation
    self.memberCount = memberCount
    self.configuration = configuration
  }

  /// The folds of a dataset.
  public func folds(of dataset: Dataset) -> Folds {
    Folds(
      groups: dataset.groups, rule: splitRule, seed: configuration.seed, heldOut: heldOutGroups)
  }
}
