import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Predictions of spectra that the networks have not seen")
struct CrossFitTests {
  static func predictions(
    _ plan: TrainingPlan, _ sites: [SimulatedSite] = TinyDatabase.sites(), threads: Int = .max
  ) throws -> [UnseenPrediction] {
    try CrossFit(dataset: TinyDatabase.dataset(sites), plan: plan, views: nil)
      .predictions(threads: threads)
  }

  @Test("Each spectrum that is not of the test part is predicted once", arguments: [0, 4, 9])
  func rows(fold: Int) throws {
    let plan = TinyDatabase.plan(fold: fold, heldOut: ["g2"])
    let dataset = try TinyDatabase.dataset()
    let trainer = EnsembleTrainer(dataset: dataset, plan: plan)
    let predicted = try Self.predictions(plan)
    let seen = Set(dataset.sites.indices).subtracting(trainer.testRows)
    #expect(predicted.map(\.row).sorted() == seen.sorted())
    let assignment = plan.folds(of: dataset).assignment
    for one in predicted {
      #expect(assignment[one.row] == one.fold && one.fold != fold)
      // The nearest of another fold, never the spectrum itself.
      let nearest = seen.filter { assignment[$0] != one.fold }.map { other in
        zip(dataset.features.row(one.row), dataset.features.row(other))
          .reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      }.min()
      #expect(abs(one.distance - ((nearest ?? 0) / 14).squareRoot()) < 1e-6)
    }
  }

  @Test("Neither a spectrum's own properties nor the test part have a say in its prediction")
  func noLeak() throws {
    let plan = TinyDatabase.plan()
    var sites = TinyDatabase.sites()
    let before = try Self.predictions(plan, sites)
    let test = EnsembleTrainer(dataset: try TinyDatabase.dataset(sites), plan: plan).testRows
    let own = before[5]
    for row in test + sites.indices.filter({ sites[$0].group == sites[own.row].group }) {
      for property in MaterialProperty.allCases { sites[row].properties[property] += 7 }
    }
    let after = try Self.predictions(plan, sites)
    let same = try #require(after.first { $0.row == own.row })
    for property in MaterialProperty.allCases {
      // The truth is 7 more, the prediction what it was.
      #expect(abs(same.errors[property] + 7 - own.errors[property]) < 1e-9)
      #expect(same.spreads[property] == own.spreads[property])
    }
  }

  @Test("Any number of threads gives the same predictions")
  func threads() throws {
    let alone = try Self.predictions(TinyDatabase.plan(), threads: 1)
    #expect(try Self.predictions(TinyDatabase.plan(), threads: 3) == alone)
  }

  @Test("The calibration changes nothing of what the members learn")
  func members() throws {
    var plan = TinyDatabase.plan()
    let with = try EnsembleTests.train(plan)
    plan.calibrationMemberCount = 0
    let without = try EnsembleTests.train(plan)
    #expect(
      with.members.map { $0.layers.map(\.weights) }
        == without.members.map { $0.layers.map(\.weights) })
    #expect(with.calibration.properties.map(\.base) != without.calibration.properties.map(\.base))
  }

  @Test("A fold and a fold kept back are in neither training nor validation")
  func splits() {
    let folds = Folds(
      groups: (0..<40).map { "g\($0 / 2)" }, rule: .group, seed: 3, heldOut: ["g4"])
    for (fold, kept) in [(0, 1), (9, 0), (4, 7)] {
      for member in 0..<9 {
        guard let split = folds.split(fold: fold, without: kept, member: member) else {
          Issue.record("There are eight folds left.")
          continue
        }
        func assigned(_ rows: [Int]) -> Set<Int?> { Set(rows.map { folds.assignment[$0] }) }
        #expect(assigned(split.test) == [fold])
        #expect(assigned(split.validation).count == 1 && assigned(split.training).count == 7)
        let learned = assigned(split.validation).union(assigned(split.training))
        #expect(learned == Set((0..<10).filter { $0 != fold && $0 != kept }))
      }
    }
    #expect(folds.split(fold: 2, without: 2, member: 0) == nil)
  }
}
