import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Ensemble")
struct EnsembleTests {
  static func train(
    _ plan: TrainingPlan, _ sites: [SimulatedSite] = TinyDatabase.sites()
  ) throws -> ModelDocument {
    try EnsembleTrainer(dataset: TinyDatabase.dataset(sites), plan: plan).train()
  }

  static func bytes(_ plan: TrainingPlan) throws -> [UInt8] {
    try ModelWriter().bytes(of: train(plan))
  }

  @Test("The same seed gives the same bytes, another seed others", arguments: SplitRule.allCases)
  func seeds(rule: SplitRule) throws {
    let bytes = try Self.bytes(TinyDatabase.plan(rule: rule, members: 6))
    for _ in 0..<3 {
      #expect(try Self.bytes(TinyDatabase.plan(rule: rule, members: 6)) == bytes)
    }
    #expect(try Self.bytes(TinyDatabase.plan(rule: rule, members: 6, seed: 2)) != bytes)
  }

  @Test("Any number of threads gives the same bytes", arguments: [2, 5, .max])
  func threads(count: Int) throws {
    let trainer = EnsembleTrainer(
      dataset: try TinyDatabase.dataset(), plan: TinyDatabase.plan(members: 6))
    let alone = try ModelWriter().bytes(of: trainer.train(threads: 1))
    #expect(try ModelWriter().bytes(of: trainer.train(threads: count)) == alone)
  }

  @Test("A member does not depend on how many there are, and differs from the others")
  func members() throws {
    func weights(_ count: Int) throws -> [[Payload]] {
      try Self.train(TinyDatabase.plan(members: count)).members.map { $0.layers.map(\.weights) }
    }
    let (few, many) = (try weights(2), try weights(10))
    #expect(few == Array(many.prefix(2)))
    // The last one has the split of the first again, but not its random numbers.
    for member in 1..<10 { #expect(many[member] != many[0]) }
  }

  @Test("Test rows are no references, and held-out groups are test rows", arguments: 0..<10)
  func parts(fold: Int) throws {
    let plan = TinyDatabase.plan(fold: fold, heldOut: ["g2", "g7"], epochs: 1)
    let dataset = try TinyDatabase.dataset()
    let trainer = EnsembleTrainer(dataset: dataset, plan: plan)
    let document = try trainer.train()
    let test = Set(document.card.test_spectra)
    #expect(test == Set(trainer.testRows.map { dataset.sites[$0].id }))
    #expect(test.isDisjoint(with: document.references.ids))
    #expect(test.count + document.references.ids.count == dataset.count)
    for site in dataset.sites where ["g2", "g7"].contains(site.group) {
      #expect(test.contains(site.id))
    }
    #expect(test.count > 4)
    let testGroups = Set(dataset.sites.filter { test.contains($0.id) }.map(\.group))
    let seenGroups = Set(dataset.sites.filter { !test.contains($0.id) }.map(\.group))
    #expect(testGroups.isDisjoint(with: seenGroups))
    #expect(document.card.held_out_groups == ["g2", "g7"])
    #expect(document.card.spectrum_count == document.references.ids.count)
    #expect(document.card.group_count == seenGroups.count)
    #expect(document.card.best_epochs == [1, 1, 1])
  }

  @Test("Test rows have no say in what is learned")
  func noLeak() throws {
    let plan = TinyDatabase.plan(heldOut: ["g3"])
    var sites = TinyDatabase.sites()
    let before = try Self.train(plan, sites)
    for index in sites.indices where sites[index].group == "g3" {
      for property in MaterialProperty.allCases { sites[index].properties[property] += 7 }
      sites[index].transitions[5].strength *= 30
    }
    let after = try Self.train(plan, sites)
    #expect(try ModelWriter().bytes(of: before) == ModelWriter().bytes(of: after))
  }

  @Test("References carry features and properties of their sites")
  func references() throws {
    var sites = TinyDatabase.sites()
    sites[4].properties.bondAngle = .nan
    let document = try Self.train(TinyDatabase.plan(fold: 3), sites)
    let row = try #require(document.references.ids.firstIndex(of: sites[4].id))
    let expected = MaterialProperty.allCases.map { property -> Double? in
      property == .bondAngle ? nil : sites[4].properties[property]
    }
    #expect(document.references.properties[row] == expected)
    let features = try TinyDatabase.dataset(sites).features
    let rows = document.references.ids.compactMap { id in sites.firstIndex { $0.id == id } }
    #expect(document.references.features == Payload(features.selecting(rows: rows)))
    // Numbers of groups agree just where the groups do, and count from 0.
    let groups = document.references.groups
    #expect(groups.count == rows.count)
    for one in rows.indices {
      for other in rows.indices {
        #expect(
          (groups[one] == groups[other]) == (sites[rows[one]].group == sites[rows[other]].group))
      }
    }
    #expect(Set(groups) == Set(0..<Set(groups).count))
  }

  @Test("Learning beats predicting the mean")
  func learns() throws {
    let dataset = try TinyDatabase.dataset(TinyDatabase.sites(groups: 40))
    var plan = TinyDatabase.plan(members: 2, epochs: 150)
    plan.configuration.dropout = 0
    let trainer = EnsembleTrainer(dataset: dataset, plan: plan)
    let bytes = try ModelWriter().bytes(of: trainer.train())
    let model = try Model(json: bytes.span)
    let table = ErrorTable(try model.predictions(for: trainer.testRows, of: dataset))
    #expect(table.spectrumCount == 8)
    // The properties are a uniform number, error 1/4 about its mean, with noise, error 0.08, in it.
    let ratios = MaterialProperty.allCases.map { table.ratio($0) }
    #expect(ratios.reduce(0, +) / 6 < 0.7)
  }

  /// Databases that no model can be made of.
  enum Poor: String, CaseIterable {
    case oneSite, oneGroup, oneGroupBySpectrum, twoGroups, nineGroups, allHeldOut, noAngles,
      oneAngle
  }

  @Test("A database that is too poor is refused", arguments: Poor.allCases)
  func poor(_ poor: Poor) throws {
    var sites = TinyDatabase.sites()
    var plan = TinyDatabase.plan()
    switch poor {
    case .oneSite: sites = TinyDatabase.sites(groups: 1, sitesPerGroup: 1)
    case .oneGroup: sites = TinyDatabase.sites(groups: 1, sitesPerGroup: 20)
    case .oneGroupBySpectrum:
      sites = TinyDatabase.sites(groups: 1, sitesPerGroup: 20)
      plan.splitRule = .spectrum
    case .twoGroups: sites = TinyDatabase.sites(groups: 2, sitesPerGroup: 10)
    case .nineGroups:
      sites = TinyDatabase.sites(groups: 9)
      plan.fold = 9
    case .allHeldOut: plan.heldOutGroups = Set(sites.map(\.group))
    case .noAngles: for index in sites.indices { sites[index].properties.bondAngle = .nan }
    case .oneAngle:
      for index in sites.indices.dropLast() { sites[index].properties.bondAngle = .nan }
    }
    let error = #expect(throws: DataError.self) { try Self.train(plan, sites) }
    #expect(error?.description.contains("use more materials") == true)
  }

  @Test("Divergence is told, and no model is made")
  func divergence() {
    let error = #expect(throws: DataError.self) {
      try Self.train(TinyDatabase.plan(learningRate: 1e38))
    }
    #expect(error?.description.contains("learning rate") == true)
  }

  @Test("Progress counts each epoch of each member, and may stop")
  func progress() throws {
    let trainer = EnsembleTrainer(dataset: try TinyDatabase.dataset(), plan: TinyDatabase.plan())
    let seen = Seen()
    _ = try trainer.train { progress in
      seen.add(progress.member, progress.report.epoch)
      return true
    }
    // Three members, and three networks for each of nine folds that the calibration learns from.
    #expect(seen.epochs.keys.sorted() == Array(0..<30) && trainer.plan.networkCount == 30)
    #expect(seen.epochs.values.allSatisfy { $0 == [1, 2, 3, 4] })
    for stopping in [1, 29] {
      let error = #expect(throws: DataError.self) {
        try trainer.train { $0.member != stopping || $0.report.epoch < 2 }
      }
      #expect(error?.description.contains("stopped") == true)
    }
  }

  /// Epochs of each member, from several threads.
  final class Seen: @unchecked Sendable {
    private let lock = NSLock()
    private var all: [Int: [Int]] = [:]

    var epochs: [Int: [Int]] { lock.withLock { all } }

    func add(_ member: Int, _ epoch: Int) {
      lock.withLock { all[member, default: []].append(epoch) }
    }
  }
}
