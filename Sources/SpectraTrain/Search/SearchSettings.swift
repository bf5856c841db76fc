import Foundation
import SpectraIO
import SpectraInfer

/// Everything that, with a point of the grid and a fold, decides the score of a trial.
///
/// The axes of the grid are not among them: a search with more points goes on from the trials of
/// the smaller one.
public struct SearchSettings: Sendable {
  /// Names as they are written.
  private struct Document: Encodable {
    var format = "spectra-infer search 1"
    var software = "SpectraInfer \(LibraryVersion.text)"
    var spectra: Int
    var data: String
    var augmentation: Augmentation?
    var preprocessing: ModelDocument.Preprocessing
    var split: String
    // One line, as the settings of two searches are compared line by line.
    var held_out_groups: String
    var test_fold: Int
    var folds = SearchFolds.count
    var seed: UInt64
    var dropout: Double
    var batch_size: Int
    var maximum_epochs: Int
    var patience: Int
    var cosine_decay: Bool
    var weight_averaging: Double
    var feature_noise: Double
  }

  private let document: Document

  /// The settings of a search in `dataset` with the recipe, split, seed and configuration of `plan`.
  public init(_ dataset: Dataset, plan: TrainingPlan) {
    precondition(dataset.preprocessor == plan.preprocessor, "One recipe for data and plan.")
    let training = plan.configuration
    document = Document(
      spectra: dataset.count, data: "sha256:" + Self.hash(of: dataset.sites).prefix(16),
      augmentation: plan.augmentation,
      preprocessing: ModelDocument.Preprocessing(plan.preprocessor),
      split: plan.splitRule.rawValue,
      held_out_groups: plan.heldOutGroups.sorted().joined(separator: " "),
      test_fold: plan.fold, seed: training.seed, dropout: training.dropout,
      batch_size: training.batchSize,
      maximum_epochs: training.maximumEpochs, patience: training.patience,
      cosine_decay: training.cosineDecay, weight_averaging: training.weightAveraging,
      feature_noise: training.featureNoise)
  }

  /// The settings as a JSON object, one setting a line, sorted by name.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    }
  }

  /// SHA-256 of what the sites are: the simulation's numbers, from which the features are made.
  private static func hash(of sites: [SimulatedSite]) -> String {
    var bytes: [UInt8] = []
    func add(_ value: Double) {
      let bits = value.bitPattern
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * shift))) }
    }
    for site in sites {
      bytes += Array(site.id.utf8) + [0] + Array(site.group.utf8) + [0]
      for property in MaterialProperty.allCases { add(site.properties[property]) }
      add(site.rangeEnd)
      for transition in site.transitions {
        add(transition.energy)
        add(transition.strength)
      }
    }
    let digits = SHA256.hexadecimal(of: bytes.span)
    return String(decoding: digits.indices.map { digits[$0] }, as: UTF8.self)
  }
}
