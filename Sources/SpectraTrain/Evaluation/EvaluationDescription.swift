import SpectraIO
import SpectraInfer

/// What an evaluation is of (`report.json`). Names of stored properties are the names in the file.
struct EvaluationDescription: Encodable {
  static let kind = ResultFolder.Kind(
    file: "report.json", format: "spectra-infer evaluation", version: 1, title: "evaluation")

  struct Model: Encodable {
    var name: String
    var alignment: String
    var split: String
    var seed: UInt64
    var broadening_sigma_ev: Double
    var members: Int
    var card: ModelCard
  }

  struct Part: Encodable {
    var name: String
    var spectrum_count: Int
    var group_count: Int
  }

  var software = "SpectraInfer \(LibraryVersion.text)"
  var model: Model
  var data_sha256: DatabaseChecksums?
  var parts: [Part]
  /// Spectra whose part cannot be told.
  var unknown_spectrum_count: Int
  var examined: [String]
  var properties = PropertyDescription.all
  var grid: GridDescription
  /// Left out for a model without references.
  var similar_within: Double?
  var trust: TrustDescription
}
