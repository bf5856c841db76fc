import Foundation
import SpectraIO
import SpectraInfer

/// What a cross-validation is of: all that decides its numbers (`study.json`).
///
/// Names of stored properties are the names in the file.
struct StudyDescription: Codable, Sendable {
  static let kind = ResultFolder.Kind(
    file: "study.json", format: "spectra-infer cross-validation", version: 1,
    title: "cross-validation")

  var format = kind.format
  var format_version = kind.version
  var software = "SpectraInfer \(LibraryVersion.text)"
  var alignment: String
  var split: String
  var broadening_sigma_ev: Double
  var seeds: [UInt64]
  var fold_count: Int
  var members: Int
  /// 0 where the intervals come from the members' own validation parts.
  var calibration_members: Int
  var training: TrainingConfiguration
  /// Left out where the perfect spectra alone are learned from.
  var augmentation: Augmentation?
  var spectrum_count: Int
  var group_count: Int
  var held_out_groups: [String]
  var data_sha256: DatabaseChecksums?
  var grid: GridDescription
  var properties = PropertyDescription.all

  /// The study of these plans, which differ in nothing but seed and fold.
  init(_ validation: CrossValidation) {
    let (plan, dataset) = (validation.plan, validation.dataset)
    alignment = "\(plan.preprocessor.alignment.name)"
    split = plan.splitRule.rawValue
    broadening_sigma_ev = plan.preprocessor.broadeningSigma
    seeds = validation.seeds
    fold_count = CrossValidation.foldCount
    members = plan.memberCount
    calibration_members = plan.calibrationMemberCount
    training = plan.configuration
    augmentation = plan.augmentation
    spectrum_count = dataset.count
    group_count = Set(dataset.groups).count
    held_out_groups = plan.heldOutGroups.sorted()
    data_sha256 = dataset.checksums
    grid = GridDescription(plan.preprocessor.grid)
  }

  /// Checks that the study of a folder can be gone on with.
  ///
  /// - Parameter found: its `study.json`.
  /// - Throws: `DataError` where its results are not parts of this study.
  func check(_ found: Data, in folder: ResultFolder) throws {
    guard let other = try? JSONDecoder().decode(StudyDescription.self, from: found) else {
      throw DataError(
        "\(folder.path)/\(folder.kind.file): lacks what a study must hold; name another folder")
    }
    if let difference = difference(from: other) {
      throw DataError(
        "\(folder.path): holds a cross-validation with \(difference); name another folder, or give "
          + "the options of its \(folder.kind.file)")
    }
  }

  /// What keeps the results of `other` from being parts of this study, in a few words; nil where
  /// nothing does. More seeds do not.
  private func difference(from other: StudyDescription) -> String? {
    let rules: [(isSame: Bool, words: String)] = [
      (data_sha256 == other.data_sha256, "another state of the database"),
      (alignment == other.alignment, "\(other.alignment) alignment"),
      (split == other.split, "a split by \(other.split)"),
      (broadening_sigma_ev == other.broadening_sigma_ev, "another broadening"),
      (members == other.members, "\(other.members) networks to an ensemble"),
      (
        calibration_members == other.calibration_members,
        "\(other.calibration_members) networks to an ensemble of the calibration"
      ),
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
      (seeds.starts(with: other.seeds), "\(other.seeds.count) seeds"),
    ]
    return rules.first { !$0.isSame }?.words
  }
}
