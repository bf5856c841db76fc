import SpectraIO
import SpectraInfer

/// The tables of one failure analysis, or of several, each behind cells that name it.
struct FailureTables {
  /// The ten largest errors of each property.
  private(set) var worst: CSVText
  /// The spectra of these errors.
  private(set) var failures: CSVText
  /// The nearest references of spectra.
  private(set) var neighbors: CSVText

  /// Empty tables.
  ///
  /// - Parameter keys: names of the columns that tell the analyses apart.
  init(keys: [String] = []) {
    worst = CSVText(
      columns: keys + [
        "property", "rank", "spectrum", "expected", "predicted", "error",
        "error_over_mean_absolute_error",
      ])
    failures = CSVText(
      columns: keys + [
        "spectrum", "material", "worst_in", "properties", "nearest_distance", "novelty",
        "neighbor_disagreement", "cause",
      ])
    neighbors = CSVText(
      columns: keys + ["spectrum", "rank", "neighbor", "distance"]
        + MaterialProperty.allCases.map { "\($0.name)" })
  }

  /// Adds an analysis to all three tables.
  mutating func add(_ analysis: FailureAnalysis, keys: [CSVText.Cell] = []) {
    for worst in analysis.worst { add(worst, keys) }
    for failure in analysis.failures {
      add(failure, keys)
      add(failure.neighbors, of: failure.prediction.spectrum, keys: keys)
    }
  }

  private mutating func add(_ worst: WorstSpectrum, _ keys: [CSVText.Cell]) {
    let prediction = worst.prediction
    self.worst.add(
      keys + [
        .text("\(worst.property.name)"), .whole(worst.rank), .text(prediction.spectrum),
        .number(prediction.expected[worst.property]),
        .number(prediction.value(worst.property, by: .network)),
        .number(prediction.error(worst.property)), .number(worst.relativeError),
      ])
  }

  private mutating func add(_ failure: Failure, _ keys: [CSVText.Cell]) {
    let prediction = failure.prediction
    failures.add(
      keys + [
        .text(prediction.spectrum), .text(prediction.material), .whole(failure.worst.count),
        .text(failure.worst.map { "\($0.property.name)" }.joined(separator: ";")),
        .number(prediction.nearest?.distance ?? .nan), .number(prediction.novelty),
        .number(failure.neighborDisagreement), .text(failure.cause?.rawValue ?? ""),
      ])
  }

  /// Adds the nearest references of a spectrum.
  mutating func add(
    _ neighbors: [ReferenceNeighbor], of spectrum: String, keys: [CSVText.Cell] = []
  ) {
    for (index, neighbor) in neighbors.enumerated() {
      self.neighbors.add(
        keys + [
          .text(spectrum), .whole(index + 1), .text(neighbor.spectrum), .number(neighbor.distance),
        ] + MaterialProperty.allCases.map { .number(neighbor.properties[$0]) })
    }
  }
}
