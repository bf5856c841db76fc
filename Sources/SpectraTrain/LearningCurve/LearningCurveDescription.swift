import SpectraIO
import SpectraInfer

/// What a learning curve is of: all that decides its numbers, but the seeds (`learning-curve.json`).
///
/// Names of stored properties are the names in the file.
struct LearningCurveDescription: Codable, Sendable {
  static let kind = ResultFolder.Kind(
    file: "learning-curve.json", format: "spectra-infer learning curve", version: 1,
    title: "learning curve")

  var format = kind.format
  var format_version = kind.version
  var software = "SpectraInfer \(LibraryVersion.text)"
  var alignment: String
  var broadening_sigma_ev: Double
  var fold_count = CrossValidation.foldCount
  var members: Int
  /// The seed in it is the first.
  var training: TrainingConfiguration
  /// Left out where the perfect spectra alone are learned from.
  var augmentation: Augmentation?
  var shares = LearningCurve.shares
  var spectrum_count: Int
  var group_count: Int
  var held_out_groups: [String]
  var data_sha256: DatabaseChecksums?
  var grid: GridDescription
  var properties = PropertyDescription.all

  init(_ curve: LearningCurve) {
    let (plan, dataset) = (curve.plan, curve.dataset)
    alignment = "\(plan.preprocessor.alignment.name)"
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
}
