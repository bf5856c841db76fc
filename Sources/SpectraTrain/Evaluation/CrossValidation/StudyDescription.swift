import Foundation
import SpectraIO

/// What a cross-validation is of, beside its recipe (`study.json`).
///
/// Names of stored properties are the names in the file.
struct StudyDescription: Codable, Sendable {
  static let kind = ResultFolder.Kind(
    file: "study.json", format: "spectra-infer cross-validation", version: 1,
    title: "cross-validation")

  var seeds: [UInt64]
  /// 0 where the intervals come from the members' own validation parts.
  var calibration_members: Int

  init(_ validation: CrossValidation) {
    seeds = validation.seeds
    calibration_members = validation.plan.calibrationMemberCount
  }

  /// Checks that the study of a folder can be gone on with.
  ///
  /// - Parameters:
  ///   - recipe: that of this study.
  ///   - found: the folder's `study.json`.
  /// - Throws: `DataError` where its results are not parts of this study.
  func check(_ recipe: RecipeDescription, _ found: Data, in folder: ResultFolder) throws {
    let decoder = JSONDecoder()
    guard let other = try? decoder.decode(Self.self, from: found),
      let otherRecipe = try? decoder.decode(RecipeDescription.self, from: found)
    else {
      throw DataError(
        "\(folder.path)/\(folder.kind.file): lacks what a study must hold; name another folder")
    }
    if let difference = recipe.difference(from: otherRecipe) ?? difference(from: other) {
      throw DataError(
        "\(folder.path): holds a cross-validation with \(difference); name another folder, or give "
          + "the options of its \(folder.kind.file)")
    }
  }

  /// The same as `RecipeDescription.difference(from:)`. More seeds make none.
  private func difference(from other: Self) -> String? {
    if calibration_members != other.calibration_members {
      return "\(other.calibration_members) networks to an ensemble of the calibration"
    }
    return seeds.starts(with: other.seeds) ? nil : "\(other.seeds.count) seeds"
  }
}
