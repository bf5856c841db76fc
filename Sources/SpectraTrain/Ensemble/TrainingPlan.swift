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
  /// Networks of each of the ensembles that are trained without one fold, to learn from it how large
  /// errors are (`CrossFit`); 0 trains none, and the members' own validation parts tell it, which
  /// is fast and gives intervals that are too narrow for unusual spectra.
  public var calibrationMemberCount: Int
  /// How a network is taught to tell silicon oxides from other edges; nil: none is, and the model is
  /// of format 2.
  public var domain: DomainTraining?
  /// Hyperparameters; each member has a seed of its own, derived from this one.
  public var configuration: TrainingConfiguration

  /// A plan; the seed of `configuration` also decides the folds.
  public init(
    preprocessor: Preprocessor, splitRule: SplitRule, fold: Int = 0,
    heldOutGroups: Set<String> = [], augmentation: Augmentation? = nil, memberCount: Int = 5,
    calibrationMemberCount: Int = 3, domain: DomainTraining? = nil,
    configuration: TrainingConfiguration
  ) {
    self.preprocessor = preprocessor
    self.splitRule = splitRule
    self.fold = fold
    self.heldOutGroups = heldOutGroups
    self.augmentation = augmentation
    self.memberCount = memberCount
    self.calibrationMemberCount = calibrationMemberCount
    self.domain = domain
    self.configuration = configuration
  }

  /// Networks that are trained: the members, those that only the calibration learns from, and those
  /// of the reference domain, in this order.
  public var networkCount: Int {
    memberCount + calibrationMemberCount * (CrossValidation.foldCount - 1)
      + (domain == nil ? 0 : DomainTrainer.networkCount)
  }

  /// The same plan with another seed of folds, networks and measurements.
  func seeded(_ seed: UInt64) -> TrainingPlan {
    var plan = self
    plan.configuration.seed = seed
    plan.augmentation?.seed = seed
    return plan
  }

  /// The folds of a dataset.
  public func folds(of dataset: Dataset) -> Folds {
    Folds(
      groups: dataset.groups, rule: splitRule, seed: configuration.seed, heldOut: heldOutGroups)
  }
}
