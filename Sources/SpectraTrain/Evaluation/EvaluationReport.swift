import SpectraIO
public import SpectraInfer

/// A model on a database, as a folder that figures are drawn from:
///
/// - `report.json`: which model, which parts the data have, and how far to trust the model
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
    let unseen = parts.unseen
    let rows = Dictionary(uniqueKeysWithValues: unseen.map { (dataset.sites[$0].id, $0) })
    analysis = try FailureAnalysis(of: model.predictions(for: unseen, of: dataset)) { prediction in
      let row = rows[prediction.spectrum]
      return (try row.map { try model.neighbors(of: $0, dataset) } ?? [], model.similarWithin)
    }
  }

  /// Writes the files.
  ///
  /// - Throws: `DataError` where one cannot be written.
  public func write(_ model: borrowing Model, trust: TrustAssessment) throws {
    try folder.write(description(model, trust))
    try writeParts(model)
    try writeFailures(model)
  }

  private func description(
    _ model: borrowing Model, _ trust: TrustAssessment
  ) -> EvaluationDescription {
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
      similar_within: model.referenceCount > 0 ? model.similarWithin : nil,
      trust: TrustDescription(trust))
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

  /// Writes the failures with their neighbours, the neighbours of the spectra that are examined,
  /// and the intensities of these and those.
  private func writeFailures(_ model: borrowing Model) throws {
    var tables = FailureTables()
    tables.add(analysis)
    var shown = analysis.failures.map { ($0.prediction.spectrum, $0.neighbors) }
    let failed = Set(shown.map(\.0))
    for (row, site) in dataset.sites.enumerated()
    where examined.contains(site.material) && !failed.contains(site.id) {
      let neighbors = try model.neighbors(of: row, dataset)
      tables.add(neighbors, of: site.id)
      shown.append((site.id, neighbors))
    }
    try folder.write(tables.worst, to: "worst.csv")
    try folder.write(tables.failures, to: "failures.csv")
    try folder.write(tables.neighbors, to: "neighbors.csv")

    let names = Set(shown.map(\.0))
    var spectra = FeatureRows(dataset.preprocessor.grid)
    for (row, site) in dataset.sites.enumerated() where names.contains(site.id) {
      spectra.add(site.id, dataset.features.row(row))
    }
    var added = names
    for neighbor in shown.flatMap(\.1) where added.insert(neighbor.spectrum).inserted {
      spectra.add(neighbor.spectrum, neighbor.features)
    }
    try folder.write(spectra.text, to: "spectra.csv")
  }
}
