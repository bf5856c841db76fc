import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Failures")
struct EvaluationFailureTests {
  static let sites = TinyDatabase.sites(groups: 40)

  static func document(_ sites: [SimulatedSite] = sites) throws -> ModelDocument {
    try EnsembleTrainer(
      dataset: TinyDatabase.dataset(sites),
      plan: TinyDatabase.plan(
        fold: 2, heldOut: ["g3", "g5", "g20", "g21"], members: 1, epochs: 3)
    ).train()
  }

  /// What an evaluation says, with what it was made of.
  struct Outcome: ~Copyable {
    let model: Model
    let dataset: Dataset
    let parts: DataParts
    let report: EvaluationReport
    let folder: TemporaryFolder

    static func of(
      _ document: ModelDocument, _ sites: [SimulatedSite] = sites
    ) throws -> Outcome {
      let bytes = try ModelWriter().bytes(of: document)
      let model = try Model(json: bytes.span)
      let dataset = try TinyDatabase.dataset(sites)
      let parts = DataParts(of: dataset, model: model, card: document.card)
      let folder = try TemporaryFolder()
      let report = try EvaluationReport(
        in: folder.path, model: model, card: document.card, dataset: dataset, parts: parts)
      try report.write(
        model,
        trust: TrustAssessment(of: model, card: document.card, dataset: dataset, parts: parts))
      return Outcome(
        model: model, dataset: dataset, parts: parts, report: report, folder: folder)
    }

    func rows(_ name: String) throws -> [Table.Row] {
      Array(try Table("\(folder.path)/\(name)").rows)
    }
  }

  @Test("The worst ten are what a sort says")
  func worst() throws {
    let outcome = try Outcome.of(Self.document())
    let predictions = try outcome.model.predictions(for: outcome.parts.unseen, of: outcome.dataset)
    #expect(predictions.count > 12)
    for property in MaterialProperty.allCases {
      let worst = outcome.report.analysis.worst.filter { $0.property == property }
      #expect(worst.map(\.rank) == Array(1...10))
      let errors = predictions.map {
        abs($0.estimates[property.rawValue].value - $0.expected[property])
      }
      let largest = Array(errors.sorted(by: >).prefix(10))
      #expect(worst.map { abs($0.prediction.error(property)) } == largest)
      let mean = errors.reduce(0, +) / Double(errors.count)
      for entry in worst {
        #expect(abs(entry.relativeError * mean - abs(entry.prediction.error(property))) < 1e-12)
      }
    }
  }

  @Test("The order of the spectra does not matter")
  func order() throws {
    let reversed = Array(Self.sites.reversed())
    // The same model, whose references are in the order of the first dataset.
    let document = try Self.document()
    let one = try Outcome.of(document)
    let other = try Outcome.of(document, reversed)
    let failures = one.report.analysis.failures.map(\.prediction.spectrum)
    #expect(!failures.isEmpty)
    #expect(other.report.analysis.failures.map(\.prediction.spectrum) == failures)
    for name in ["worst.csv", "failures.csv"] {
      let texts = try [one.folder, other.folder].map { folder in
        try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
          .split(separator: "\n").map { $0.split(separator: ",").first ?? "" }
      }
      #expect(texts[0] == texts[1])
    }
  }

  @Test("Failures are the spectra of the worst errors, those of most properties first")
  func failures() throws {
    let outcome = try Outcome.of(Self.document())
    let analysis = outcome.report.analysis
    var counts: [String: Int] = [:]
    for worst in analysis.worst { counts[worst.prediction.spectrum, default: 0] += 1 }
    #expect(analysis.failures.count == counts.count)
    for failure in analysis.failures {
      #expect(counts[failure.prediction.spectrum] == failure.worst.count)
      #expect(failure.worst.allSatisfy { $0.prediction == failure.prediction })
    }
    let listed = analysis.failures.map(\.worst.count)
    #expect(listed == listed.sorted(by: >))
    let rows = try outcome.rows("failures.csv")
    #expect(rows.count == counts.count)
    for row in rows {
      let spectrum = try row.text("spectrum")
      #expect(try row.wholeNumber("worst_in", in: 1..<7) == counts[spectrum])
      #expect(try row.text("properties").split(separator: ";").count == counts[spectrum])
    }
  }

  @Test("Neighbours are the nearest of what was learned from, nearest first")
  func neighbors() throws {
    let outcome = try Outcome.of(Self.document())
    let learned = Set(outcome.parts[.training].map { outcome.dataset.sites[$0].id })
    let rows = try outcome.rows("neighbors.csv")
    let named = try Set(rows.map { try $0.text("spectrum") })
    #expect(
      named
        == Set(outcome.report.analysis.failures.map(\.prediction.spectrum))
        .union(["m3/O6", "m3/O7", "m5/O10", "m5/O11", "m20/O40", "m20/O41", "m21/O42", "m21/O43"]))
    for spectrum in named {
      let own = try rows.filter { try $0.text("spectrum") == spectrum }
      #expect(try own.map { try $0.wholeNumber("rank", in: 1..<4) } == [1, 2, 3])
      let distances = try own.map { try $0.number("distance") }
      #expect(distances == distances.sorted())
      let names = try own.map { try $0.text("neighbor") }
      #expect(learned.isSuperset(of: names))
      // No other one of them is nearer than the third.
      let place = try #require(outcome.dataset.sites.firstIndex { $0.id == spectrum })
      let here = outcome.dataset.features.row(place)
      for row in outcome.parts[.training] where !names.contains(outcome.dataset.sites[row].id) {
        let there = outcome.dataset.features.row(row)
        let differences = zip(here, there).map { Double($0) - Double($1) }
        let square = differences.reduce(0) { $0 + $1 * $1 } / Double(differences.count)
        #expect(square.squareRoot() >= distances[2] - 1e-12)
      }
    }
    // All of them can be drawn.
    let spectra = try outcome.rows("spectra.csv").map { try $0.text("spectrum") }
    #expect(Set(spectra).count == spectra.count)
    #expect(try Set(spectra) == named.union(rows.map { try $0.text("neighbor") }))
  }

  /// Why a model fails, by what the references are like.
  enum World: String, CaseIterable {
    /// No reference is as near as references are to each other.
    case far
    /// All are, and all have properties that no spectrum has.
    case different
    /// All are, and all have the spectrum's own properties.
    case same
    /// There is none.
    case empty
  }

  @Test("The cause follows from what is near", arguments: World.allCases)
  func cause(_ world: World) throws {
    // Every site has the same properties, and the networks say something else.
    var sites = Self.sites
    var properties = PropertyValues(repeating: 1)
    properties.excitationEnergy = 540
    for index in sites.indices { sites[index].properties = properties }
    var document = try Self.document()
    document.calibration.novelty.distances = Array(
      repeating: world == .far ? 1e-6 : 1e6, count: 101)
    let values: [Double?] = world == .different ? [5, 5, 5, 5, 5, 5] : [1, 1, 1, 1, 1, 540]
    for row in document.references.ids.indices { document.references.properties[row] = values }
    if world == .empty {
      document.references.removeAll(features: 14)
    }
    let outcome = try Outcome.of(document, sites)
    let failures = outcome.report.analysis.failures
    #expect(failures.count >= 10)
    let expected: Failure.Cause? =
      switch world {
      case .far: .nothingSimilar
      case .different: .similarButDifferent
      case .same: .neither
      case .empty: nil
      }
    for failure in failures {
      #expect(failure.cause == expected)
      #expect(failure.neighborDisagreement.isNaN == (world == .far || world == .empty))
      if world == .same { #expect(failure.neighborDisagreement == 0) }
    }
    let cells = try outcome.rows("failures.csv").map { row in
      failures.isEmpty ? "" : (try? row.text("cause")) ?? ""
    }
    #expect(cells.allSatisfy { $0 == expected?.rawValue ?? "" })
  }

  @Test("The disagreement is the median over the similar neighbours, over the mean error")
  func disagreement() throws {
    let document = try Self.document()
    let outcome = try Outcome.of(document)
    let within = document.calibration.novelty.distances[95]
    let rows = try outcome.rows("neighbors.csv")
    let predictions = try outcome.model.predictions(for: outcome.parts.unseen, of: outcome.dataset)
    var compared = 0
    for failure in outcome.report.analysis.failures {
      let spectrum = failure.prediction.spectrum
      let similar = try rows.filter {
        try $0.text("spectrum") == spectrum && $0.number("distance") <= within
      }
      #expect((failure.cause == .nothingSimilar) == similar.isEmpty)
      var largest = -Double.infinity
      for worst in failure.worst {
        let property = worst.property
        let mean =
          predictions.reduce(0) { $0 + abs($1.error(property)) } / Double(predictions.count)
        let differences = try similar.map {
          try abs($0.number("\(property.name)") - failure.prediction.expected[property]) / mean
        }.sorted()
        switch differences.count {
        case 1: largest = max(largest, differences[0])
        case 2: largest = max(largest, (differences[0] + differences[1]) / 2)
        case 3: largest = max(largest, differences[1])
        default: break
        }
      }
      if similar.isEmpty { continue }
      #expect(abs(failure.neighborDisagreement - largest) < 1e-9)
      #expect((failure.cause == .similarButDifferent) == (largest > 1))
      compared += 1
    }
    #expect(compared > 3)
  }

  @Test("The paper's materials are examined where the database has them")
  func examined() throws {
    // The split knows groups, not materials: one that is learned from, and one of the test part.
    let parts = try Outcome.of(Self.document()).parts
    let (learned, tested) = (
      Self.sites[parts[.training][0]].material, Self.sites[parts[.test][0]].material
    )
    var sites = Self.sites
    for (index, site) in sites.enumerated() {
      guard [learned, tested].contains(site.material) else { continue }
      sites[index].material = site.material == learned ? "mp-557076" : "mp-555823"
      sites[index].id = "\(sites[index].material)/O\(index)"
    }
    let outcome = try Outcome.of(Self.document(sites), sites)
    #expect(outcome.report.examined == ["mp-555823", "mp-557076", "m20", "m21", "m3", "m5"])
    // Two sites each; of what was learned from, the spectrum itself is left out.
    let rows = try outcome.rows("neighbors.csv")
    #expect(try rows.count { try $0.text("spectrum").hasPrefix("mp-555823/") } == 6)
    #expect(try rows.count { try $0.text("spectrum").hasPrefix("mp-557076/") } == 4)
    #expect(try rows.allSatisfy { try $0.text("spectrum") != $0.text("neighbor") })
  }

  @Test("A spectrum is in the predictions of its part, six times")
  func predictions() throws {
    let outcome = try Outcome.of(Self.document())
    let rows = try outcome.rows("predictions.csv")
    #expect(rows.count == 6 * outcome.dataset.count)
    for part in DataParts.Part.allCases {
      let own = try rows.filter { try $0.text("part") == part.rawValue }
      let expected = outcome.parts[part].flatMap { row in
        MaterialProperty.allCases.map { _ in outcome.dataset.sites[row].id }
      }
      #expect(try own.map { try $0.text("spectrum") } == expected)
      guard !own.isEmpty else { continue }
      // The table of errors follows from the table of predictions.
      let errors = try outcome.rows("errors.csv").filter {
        try $0.text("part") == part.rawValue && $0.text("predictor") == "network"
      }
      #expect(errors.count == 6)
      for row in errors {
        let property = try row.text("property")
        let values = try own.filter { try $0.text("property") == property }
        let sum = try values.reduce(0) {
          try $0 + abs($1.number("predicted") - $1.number("expected"))
        }
        let mean = try row.number("mean_absolute_error")
        #expect(abs(mean - sum / Double(values.count)) < 1e-12)
      }
    }
  }
}
