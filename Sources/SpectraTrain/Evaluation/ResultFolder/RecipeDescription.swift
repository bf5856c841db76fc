import SpectraIO
import SpectraInfer

/// What decides the numbers of any study that trains: the data, the recipe, and the networks.
///
/// Names of stored properties are the names in the JSON file of a folder of results.
struct RecipeDescription: Codable, Sendable {
  var software = "SpectraInfer \(LibraryVersion.text)"
  var alignment: String
  var split: String
  var broadening_sigma_ev: Double
  var fold_count = CrossValidation.foldCount
  var members: Int
  /// The seed in it is the first.
  var training: TrainingConfiguration
  /// Left out where the perfect spectra alone are learned from.
  var augmentation: Augmentation?
  var spectrum_count: Int
  var group_count: Int
  var held_out_groups: [String]
  var data_sha256: DatabaseChecksums?
  var grid: GridDescription
  var properties = PropertyDescription.all

  /// The recipe of plans that differ from `plan` in seed and fold.
  init(_ plan: TrainingPlan, _ dataset: Dataset) {
    alignment = "\(plan.preprocessor.alignment.name)"
    split = plan.splitRule.rawValue
    broadening_sigma_ev = plan.preprocessor.broadeningSigma
    members = plan.memberCount
    training = plan.configuration
    augmentation = plan.augmentation
    spectrum_count = dataset.count
    group_count = Set(dataset.groups).count
    held_out_groups = plan.heldOutGroups.sorted()
    data_sha256 = dataset.checksums
    grid = GridDescription(plan.preprocessor.grid)
  }

  /// What keeps numbers of `other` from standing beside those of this recipe, in a few words; nil
  /// where nothing does.
  func difference(from other: Self) -> String? {
    let rules: [(isSame: Bool, words: String)] = [
      (data_sha256 == other.data_sha256, "another state of the database"),
      (alignment == other.alignment, "\(other.alignment) alignment"),
      (split == other.split, "a split by \(other.split)"),
      (broadening_sigma_ev == other.broadening_sigma_ev, "another broadening"),
      (members == other.members, "\(other.members) networks to an ensemble"),
      (held_out_groups == other.held_out_groups, "other groups held out"),
      (
        spectrum_count == other.spectrum_count && group_count == other.group_count,
        "other spectra"
      ),
      (training.seed == other.training.seed, "seeds from \(other.training.seed) on"),
      (training == other.training, "other hyperparameters"),
      (augmentation == other.augmentation, "another augmentation"),
      (fold_count == other.fold_count && grid == other.grid, "another recipe"),
      (properties == other.properties, "other properties"),
      (software == other.software, "results of \(other.software)"),
    ]
    return rules.first { !$0.isSame }?.words
  }
}
