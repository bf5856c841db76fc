import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Better than naive")
struct NaiveComparisonTests {
  @Test("With few groups p is the share of all signs", arguments: [1, 4, 5, 10])
  func exact(groups: Int) {
    // All differences alike: only all signs as they are give so large a sum.
    let names = (0..<3 * groups).map { "g\($0 / 3)" }
    let better = PairedTest([Double](repeating: 0.1, count: names.count), groups: names, seed: 1)
    #expect(better.groupCount == groups)
    #expect(abs(better.pValue - pow(0.5, Double(groups))) < 1e-12)
    #expect(abs(better.meanDifference - 0.1) < 1e-12)
    let worse = PairedTest([Double](repeating: -0.1, count: names.count), groups: names, seed: 1)
    #expect(worse.pValue == 1)
    // 1, 2 and -3: the sum is 0, which half of the sums and those equal to it reach: 5 of 8.
    let mixed = PairedTest([1, 2, -3], groups: ["a", "b", "c"], seed: 1)
    #expect(mixed.pValue == 5.0 / 8)
    #expect(PairedTest([], groups: [], seed: 1).pValue.isNaN)
  }

  @Test("Without a difference 5 of 100 tests pass, with groups as with single spectra")
  func level() {
    var generator = SeededGenerator(seed: 3)
    for sites in [1, 4] {
      var passed = 0
      for trial in 0..<400 {
        // All spectra of a group share most of their difference.
        let differences = (0..<12).flatMap { _ -> [Double] in
          let shared = generator.normal()
          return (0..<sites).map { _ in shared + 0.2 * generator.normal() }
        }
        let groups = (0..<12 * sites).map { "\($0 / sites)" }
        if PairedTest(differences, groups: groups, seed: UInt64(trial)).pValue <= 0.05 {
          passed += 1
        }
      }
      // Binomial: 20 of 400 with a standard deviation of 4.4.
      #expect(abs(passed - 20) < 16)
    }
  }

  @Test("Signs that are drawn give what theory says of many groups")
  func drawn() {
    // 40 groups: the sum is nearly normal with variance 40.
    let sum = 10.0
    let differences: [Double] = (0..<40).map { $0 < 25 ? 1 : -1 }
    let test = PairedTest(differences, groups: (0..<40).map { "\($0)" }, seed: 5)
    // P(25 or more of 40 heads).
    var choices = 1.0
    var exact = 0.0
    for heads in 0...40 {
      if heads >= 25 { exact += choices / pow(2, 40) }
      choices *= Double(40 - heads) / Double(heads + 1)
    }
    #expect(abs(test.pValue - exact) < 4 * (exact / 9999).squareRoot())
    #expect(abs(test.meanDifference - sum / 40) < 1e-12)
    #expect(PairedTest(differences, groups: (0..<40).map { "\($0)" }, seed: 5) == test)
  }

  /// Predictions of a trained tiny model on its test part and thirty groups.
  private static func predictions() throws -> (
    [SpectrumPrediction], Dataset, ModelDocument, EnsembleTrainer
  ) {
    let dataset = try TinyDatabase.dataset(TinyDatabase.sites(groups: 80))
    var plan = TinyDatabase.plan(
      heldOut: Set((1...30).map { "g\($0)" }), members: 2, epochs: 150)
    plan.configuration.dropout = 0
    plan.calibrationMemberCount = 0
    let trainer = EnsembleTrainer(dataset: dataset, plan: plan)
    let document = try trainer.train()
    let bytes = try ModelWriter().bytes(of: document)
    let model = try Model(json: bytes.span)
    return (
      try model.predictions(for: trainer.testRows, of: dataset), dataset, document, trainer
    )
  }

  @Test("A model that has learned beats what has not, and itself it does not beat")
  func learned() throws {
    let (predictions, dataset, document, trainer) = try Self.predictions()
    let ids = Set(document.references.ids)
    let known = dataset.sites.indices.filter { ids.contains(dataset.sites[$0].id) }
    let shuffled = try ShuffledTargets(dataset, card: document.card, memberCount: 2)
      .predictions(known: known, rows: trainer.testRows)
    let comparison = NaiveComparison(predictions, shuffledTargets: shuffled, seed: 1)
    #expect(comparison.entries.count == 24)
    for rival in [NaiveRival.mean, .shuffledInput, .shuffledTargets] {
      let passed = comparison.entries.filter { $0.rival == rival && $0.passes }.count
      #expect(passed >= 4, "\(rival)")
    }
    // By hand for one: the mean of the errors at all spectra of other groups.
    let entry = try #require(
      comparison.entries.first { $0.property == .bondAngle && $0.rival == .shuffledInput })
    let errors = predictions.map { one in
      let others = predictions.filter { $0.group != one.group }.map {
        abs($0.value(.bondAngle, by: .network) - one.expected.bondAngle)
      }
      return others.reduce(0, +) / Double(others.count)
    }
    #expect(abs(entry.rivalError - errors.reduce(0, +) / Double(errors.count)) < 1e-12)
    let own = predictions.map(\.values)
    let same = NaiveComparison(predictions, shuffledTargets: own, seed: 1)
    for entry in same.entries where entry.rival == .shuffledTargets { #expect(!entry.passes) }
  }

  @Test("Edges of random peaks are told apart from those learned from, the same for a seed")
  func foreign() throws {
    let (_, _, document, _) = try Self.predictions()
    let bytes = try ModelWriter().bytes(of: document)
    let model = try Model(json: bytes.span)
    let outcome = try ForeignEdges(count: 60, seed: 4).tried(on: model)
    #expect(outcome.flagged + outcome.passed + outcome.refused == 60)
    #expect(try ForeignEdges(count: 60, seed: 4).tried(on: model) == outcome)
    // The tiny database has one peak of its own in each spectrum, every 2.8 eV.
    #expect(outcome.flagged > 45)
  }
}

extension SpectrumPrediction {
  fileprivate var values: PropertyValues {
    var values = PropertyValues(repeating: 0)
    for property in MaterialProperty.allCases { values[property] = value(property, by: .network) }
    return values
  }
}
