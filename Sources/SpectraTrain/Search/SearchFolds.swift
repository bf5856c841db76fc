import SpectraIO
import SpectraInfer

/// The spectra of a search: five folds of everything that is not the test part.
///
/// The test part is that of the plan, as a model trained by the same plan has it; its features and
/// properties have no say. In trial `fold`, the fold of that number gives the score, the next one
/// chooses the epoch, and the other three are learned from, so that no spectrum that gives a score
/// has had a say in the network. Where the plan augments, all three are of measured spectra,
/// several of each; mixtures hold other sites of a material, so that a plan that splits by spectrum
/// must have none.
public struct SearchFolds: Sendable {
  /// Number of folds, that of the paper.
  public static let count = 5

  /// Samples of one division, scaled by what the training and validation parts are like.
  struct Part: Sendable {
    let training: Samples
    let validation: Samples
    /// Its targets have the mean of training and validation at 0: what a predictor of the mean
    /// answers.
    let scored: Samples
  }

  /// Rows of the dataset that take no part.
  public let testRows: [Int]
  /// The divisions by their rows of the dataset; `test` is the scored fold.
  public let splits: [Split]

  let parts: [Part]

  // Measurements of each spectrum that choose the epoch and give the score, with augmentation.
  private static let views = 8

  /// Deals the spectra of a dataset into folds by the rule and the seed of `plan`.
  ///
  /// - Throws: `DataError` where a part lacks a property, or is empty.
  public init(_ dataset: Dataset, plan: TrainingPlan) throws {
    let testRows = plan.folds(of: dataset).split(fold: plan.fold).test
    let isTest = Set(testRows)
    let rows = (0..<dataset.count).filter { !isTest.contains($0) }
    let folds = Folds(
      groups: rows.map { dataset.sites[$0].group }, rule: plan.splitRule, count: Self.count,
      seed: plan.configuration.seed)
    splits = (0..<Self.count).map { fold in
      let split = folds.split(fold: fold)
      return Split(
        training: split.training.map { rows[$0] }, validation: split.validation.map { rows[$0] },
        test: split.test.map { rows[$0] })
    }
    try Self.check(splits, of: dataset)
    let augmented = plan.augmentation.map { AugmentedViews(dataset, $0) }
    parts = splits.map { split in
      let scaled = ScaledSamples(
        dataset, augmented, fittedTo: split.training + split.validation)
      return Part(
        training: scaled.views.selecting(split.training),
        validation: scaled.views.selecting(split.validation, views: Self.views),
        scored: scaled.views.selecting(split.test, views: Self.views))
    }
    self.testRows = testRows
  }

  /// Without values that differ, an error over that of predicting the mean says nothing.
  private static func check(_ splits: [Split], of dataset: Dataset) throws {
    for split in splits {
      for part in [split.training, split.validation, split.test] {
        for property in MaterialProperty.allCases {
          let known = part.map { dataset.sites[$0].properties[property] }.filter { !$0.isNaN }
          guard Set(known).count > 1 else {
            throw DataError(
              "a fold has no two values of \(property.name); use more materials, or split by "
                + "spectrum")
          }
        }
      }
    }
  }
}
