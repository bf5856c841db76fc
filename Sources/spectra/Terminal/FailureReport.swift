import SpectraIO
import SpectraInfer
import SpectraTrain

/// The largest errors of an evaluation as text for a person.
struct FailureReport {
  private static let several = 3

  private static let legend = """
    distance: to the nearest spectrum that was learned from; neighbors: how far the properties of
    similar ones are from the true ones, in mean absolute errors.
    """

  let lines: [String]

  init(_ evaluation: EvaluationReport, _ dataset: Dataset, _ parts: DataParts) {
    let failures = evaluation.analysis.failures
    let several = failures.filter { $0.worst.count >= Self.several }
    var table = TextTable(header: [
      "worst of \(Self.several) or more", "properties", "distance", "neighbors", "cause",
    ])
    for failure in several {
      table.add([
        failure.prediction.spectrum, "\(failure.worst.count)",
        fixed(failure.prediction.nearest?.distance ?? .nan, 2),
        fixed(failure.neighborDisagreement, 1), failure.cause?.title ?? "-",
      ])
    }
    var lines = several.isEmpty ? [] : table.lines + ["", Self.legend]
    lines += [
      "\(counted(failures.count, "spectrum is", "spectra are")) among the ten worst of a property:",
      Failure.Cause.allCases.map { cause in
        "\(failures.count { $0.cause == cause }) \(cause.title)"
      }.joined(separator: ", ") + ".",
    ]
    for material in Set(evaluation.examined + EvaluationReport.paperMaterials).sorted() {
      lines.append("\(material): \(Self.state(of: material, dataset, parts))")
    }
    self.lines = lines
  }

  private static func state(of material: String, _ dataset: Dataset, _ parts: DataParts) -> String {
    func has(_ rows: [Int]) -> Bool { rows.contains { dataset.sites[$0].material == material } }
    if !has(Array(dataset.sites.indices)) { return "not in the database" }
    if has(parts[.training]) {
      return "learned from; train with --hold-out \(material) to examine it"
    }
    return has(parts[.heldOut]) ? "held out, and examined" : "not learned from, and examined"
  }
}

extension Failure.Cause {
  /// Words for a person.
  fileprivate var title: String {
    switch self {
    case .nothingSimilar: "nothing similar"
    case .similarButDifferent: "similar but different"
    case .neither: "neither"
    }
  }
}
