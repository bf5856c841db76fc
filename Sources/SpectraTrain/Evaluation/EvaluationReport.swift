import SpectraIO
public import SpectraInfer

/// A model on a database, as a folder that figures are drawn from:
///
/// - `report.json`: which model, and which parts the data have
/// - `predictions.csv`, `errors.csv`: of each part
/// - `worst.csv`: the ten largest errors of each property on spectra that were not learned from
/// - `failures.csv`: the spectra of these errors, and why the model fails on them
/// - `neighbors.csv`: the nearest references of each failure and of each spectrum that is examined
/// - `spectra.csv`: the prepared intensities of all of these
public struct EvaluationReport {
  /// The spectra on which the paper's network fails, one for each cause: A and B of its Figure 3.
  public static let paperMaterials = ["mp-555823", "mp-557076"]

  /// Where the model errs most.
  public let analysis: FailureAnalysis
  /// The materials that are examined by name: the paper's and those that were held out, as far as
  /// the database has them.
  public let examined: [String]

  private let dataset: Dataset
  private let card: ModelCard
  private let parts: DataParts
  private let folder: ResultFolder

  /// Opens the folder, then evaluates the model.
  ///
  /// - Throws: `DataError` where the folder holds anything but an evaluation, which is replaced, or
  ///   cannot be made; `SpectraError` where a spectrum cannot be predicted.
  public init(
    in path: String, model: borrowing Model, card: ModelCard, dataset: Dataset, parts: DataParts
  ) throws {
    folder = try ResultFolder(path, kind: EvaluationDescription.kind)
    self.dataset = dataset
    self.card = card
    self.parts = parts
    let heldOut = Set(parts[.heldOut].map { dataset.sites[$0].material })
    let materials = Set(dataset.sites.map(\.material))
    examined =
      Self.paperMaterials.filter { materials.contains($0) }
      + heldOut.subtracting(Self.paperMaterials).sorted()
    analysis = try FailureAnalysis(
      of: parts[.test] + parts[.heldOut] + parts[.new], dataset, model: model)
  }

  /// Writes the files.
  ///
  /// - Throws: `DataError` where one cannot be written.
  public func write(_ model: borrowing Model) throws {
    try folder.write(description(model))
    try writeParts(model)
    try folder.write(worst, to: "worst.csv")
    try folder.write(failures, to: "failures.csv")
    try writeNeighbors(model)
  }

  private func description(_ model: borrowing Model) -> EvaluationDescription {
    EvaluationDescription(
      model: EvaluationDescription.Model(
        name: card.name, alignment: "\(model.preprocessor.alignment.name)", split: card.split,
        seed: card.seed, broadening_sigma_ev: model.preprocessor.broadeningSigma,
        members: model.memberCount, card: card),
      data_sha256: dataset.checksums,
      parts: DataParts.Part.allCases.map { part in
        EvaluationDescription.Part(
          name: part.rawValue, spectrum_count: parts[part].count,
          group_count: Set(parts[part].map { dataset.sites[$0].group }).count)
      },
      unknown_spectrum_count: parts.unknown.count, examined: examined,
      grid: GridDescription(model.preprocessor.grid),
      similar_within: model.referenceCount > 0 ? model.similarWithin : nil)
  }

  private func writeParts(_ model: borrowing Model) throws {
    var predicted = CSVText(columns: [
      "part", "spectrum", "material", "group", "property", "expected", "predicted",
      "standard_error", "half_width_68", "half_width_95", "novelty",
    ])
    var errors = ErrorRows(by: "part")
    for part in DataParts.Part.allCases where !parts[part].isEmpty {
      let predictions = try model.predictions(for: parts[part], of: dataset)
      errors.add(ErrorTable(predictions), key: .text(part.rawValue))
      for prediction in predictions {
        for property in MaterialProperty.allCases {
          let estimate = prediction.estimates[property.rawValue]
          predicted.add([
            .text(part.rawValue), .text(prediction.spectrum), .text(prediction.material),
            .text(prediction.group), .text("\(property.name)"),
            .number(prediction.expected[property]), .number(estimate.value),
            .number(estimate.standardError), .number(estimate.halfWidth68),
            .number(estimate.halfWidth95), .number(prediction.novelty),
          ])
        }
      }
    }
    try folder.write(predicted, to: PredictionTable.name)
    try folder.write(errors.text, to: "errors.csv")
  }

  private var worst: CSVText {
    var table = CSVText(columns: [
      "property", "rank", "spectrum", "expected", "predicted", "error",
      "error_over_mean_absolute_error",
    ])
    for worst in analysis.worst {
      let prediction = worst.prediction
      table.add([
        .text("\(worst.property.name)"), .whole(worst.rank), .text(prediction.spectrum),
        .number(prediction.expected[worst.property]),
        .number(prediction.value(worst.property, by: .network)),
        .number(prediction.error(worst.property)), .number(worst.relativeError),
      ])
    }
    return table
  }

  private var failures: CSVText {
    var table = CSVText(columns: [
      "spectrum", "material", "worst_in", "properties", "nearest_distance", "novelty",
      "neighbor_disagreement", "cause",
    ])
    for failure in analysis.failures {
      let prediction = failure.prediction
      table.add([
        .text(prediction.spectrum), .text(prediction.material), .whole(failure.worst.count),
        .text(failure.worst.map { "\($0.property.name)" }.joined(separator: ";")),
        .number(prediction.nearest?.distance ?? .nan), .number(prediction.novelty),
        .number(failure.neighborDisagreement), .text(failure.cause?.rawValue ?? ""),
      ])
    }
    return table
  }

  /// The neighbours of all failures and of all spectra that are examined, and the spectra of these
  /// and those.
  private func writeNeighbors(_ model: borrowing Model) throws {
    let failed = analysis.failures.map(\.prediction.spectrum)
    let names = dataset.sites.filter { examined.contains($0.material) }.map(\.id)
    let isFailed = Set(failed)
    let places = Dictionary(
      uniqueKeysWithValues: dataset.sites.enumerated().map { ($0.element.id, $0.offset) })
    var table = CSVText(
      columns: ["spectrum", "rank", "neighbor", "distance"]
        + MaterialProperty.allCases.map { "\($0.name)" })
    var spectra = FeatureRows(dataset.preprocessor.grid)
    var references: [ReferenceNeighbor] = []
    var seen: Set<String> = []
    for spectrum in failed + names.filter({ !isFailed.contains($0) }) {
      guard let row = places[spectrum] else { continue }
      seen.insert(spectrum)
      spectra.add(spectrum, dataset.features.row(row))
      for (index, neighbor) in try model.neighbors(of: row, dataset).enumerated() {
        table.add(
          [
            .text(spectrum), .whole(index + 1), .text(neighbor.spectrum),
            .number(neighbor.distance),
          ]
            + MaterialProperty.allCases.map { .number(neighbor.properties[$0]) })
        references.append(neighbor)
      }
    }
    for neighbor in references where seen.insert(neighbor.spectrum).inserted {
      spectra.add(neighbor.spectrum, model.features(ofReference: neighbor.reference))
    }
    try folder.write(table, to: "neighbors.csv")
    try folder.write(spectra.text, to: "spectra.csv")
  }
}

extension Model {
  /// The prepared intensities of a reference.
  fileprivate func features(ofReference reference: Int) -> [Float] {
    let all = referenceFeatures
    return (0..<featureCount).map { all[reference * featureCount + $0] }
  }
}
