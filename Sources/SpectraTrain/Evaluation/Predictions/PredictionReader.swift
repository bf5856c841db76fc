import Foundation
import SpectraIO
import SpectraInfer

/// Reads `predictions.csv` of a cross-validation back.
///
/// What the table leaves out, the true properties and what the naive predictors say, follows from
/// the data and the folds.
struct PredictionReader {
  /// The results of one model.
  typealias Part = (seed: UInt64, fold: Int, predictions: [SpectrumPrediction])

  private static let remedy = "remove the file, and its folds are computed anew"

  private let validation: CrossValidation
  private let path: String

  init(_ validation: CrossValidation, in folder: ResultFolder) {
    self.validation = validation
    path = "\(folder.path)/\(PredictionTable.name)"
  }

  /// The results that are there; none where there is no file.
  ///
  /// - Throws: `DataError` where rows are missing, or are not of this study.
  func read() throws -> [Part] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let rows = Array(try Table(path).rows)
    var parts: [Part] = []
    var next = 0
    while next < rows.count {
      let seed = try UInt64(rows[next].text("seed"))
      let fold = try rows[next].wholeNumber("fold", in: 0..<CrossValidation.foldCount)
      guard let seed, validation.seeds.contains(seed),
        !parts.contains(where: { $0.seed == seed && $0.fold == fold })
      else { throw rows[next].error("seed and fold do not belong here; \(Self.remedy)") }
      let model = TestedModel(validation, seed: seed, fold: fold)
      parts.append((seed, fold, try predictions(of: model, rows[next...])))
      next += model.testRows.count * MaterialProperty.allCases.count
    }
    return parts
  }

  /// What the table does not say of one model.
  private struct TestedModel {
    let seed: UInt64
    let fold: Int
    let testRows: [Int]
    let naive: NaivePredictors
    /// The rows of the references by their identifiers.
    let references: [String: Int]

    init(_ validation: CrossValidation, seed: UInt64, fold: Int) {
      let sites = validation.dataset.sites
      let seen = validation.seenRows(seed: seed, fold: fold)
      self.seed = seed
      self.fold = fold
      testRows = validation.testRows(seed: seed, fold: fold)
      naive = NaivePredictors(references: seen.map { sites[$0].properties })
      references = Dictionary(uniqueKeysWithValues: seen.map { (sites[$0].id, $0) })
    }
  }

  /// The results of the model whose rows begin here.
  private func predictions(
    of model: TestedModel, _ rows: ArraySlice<Table.Row>
  ) throws -> [SpectrumPrediction] {
    let width = MaterialProperty.allCases.count
    return try model.testRows.enumerated().map { index, testRow in
      let own = rows.dropFirst(index * width).prefix(width)
      guard own.count == width else {
        throw DataError("\(path): ends within a fold; \(Self.remedy)")
      }
      return try prediction(of: testRow, model, Array(own))
    }
  }

  private func prediction(
    of testRow: Int, _ model: TestedModel, _ rows: [Table.Row]
  ) throws -> SpectrumPrediction {
    let sites = validation.dataset.sites
    let site = sites[testRow]
    let estimates = try zip(MaterialProperty.allCases, rows).map { property, row in
      guard try row.text("seed") == "\(model.seed)", try row.text("fold") == "\(model.fold)",
        try row.text("spectrum") == site.id, try row.text("property") == "\(property.name)"
      else {
        throw row.error("is not of \(site.id), \(property.name); \(Self.remedy)")
      }
      return try Estimate(
        value: row.number("predicted"), standardError: row.number("standard_error"),
        halfWidth68: row.number("half_width_68"), halfWidth95: row.number("half_width_95"))
    }
    let nearest = try rows[0].text("nearest")
    guard let reference = model.references[nearest] else {
      throw rows[0].error("nearest \(nearest) was not learned from; \(Self.remedy)")
    }
    return try SpectrumPrediction(
      spectrum: site.id, material: site.material, group: site.group, expected: site.properties,
      estimates: estimates, novelty: rows[0].number("novelty"),
      nearest: SpectrumPrediction.NearestReference(
        spectrum: nearest, distance: rows[0].number("nearest_distance")),
      naiveMean: model.naive.means,
      naiveNearest: model.naive.values(nearest: sites[reference].properties))
  }
}
