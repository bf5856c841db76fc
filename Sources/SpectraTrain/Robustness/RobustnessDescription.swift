import SpectraIO
import SpectraInfer

/// What a robustness study is of: all that decides its numbers, but the seeds (`robustness.json`).
///
/// Names of stored properties are the names in the file.
struct RobustnessDescription: Codable, Sendable {
  static let kind = ResultFolder.Kind(
    file: "robustness.json", format: "spectra-infer robustness", version: 1,
    title: "robustness study")

  var format = kind.format
  var format_version = kind.version
  var software = "SpectraInfer \(LibraryVersion.text)"
  var alignment: String
  var split: String
  var broadening_sigma_ev: Double
  var members: Int
  /// The seed in it is that of the measurements, and of the first networks.
  var training: TrainingConfiguration
  var augmentation: Augmentation
  var spectrum_count: Int
  var group_count: Int
  var held_out_groups: [String]
  var data_sha256: DatabaseChecksums?
  var grid: GridDescription
  var properties = PropertyDescription.all

  /// The study of plans that differ from `plan` in their seeds and in whether they augment.
  init(_ plan: TrainingPlan, _ dataset: Dataset) {
    alignment = "\(plan.preprocessor.alignment.name)"
    split = plan.splitRule.rawValue
    broadening_sigma_ev = plan.preprocessor.broadeningSigma
    members = plan.memberCount
    training = plan.configuration
    augmentation = plan.augmentation ?? Augmentation(seed: plan.configuration.seed)
    spectrum_count = dataset.count
    group_count = Set(dataset.groups).count
    held_out_groups = plan.heldOutGroups.sorted()
    data_sha256 = dataset.checksums
    grid = GridDescription(plan.preprocessor.grid)
  }
}
