import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Learning what no reference is like")
struct DomainTrainerTests {
  static let training = DomainTraining(edgeCount: 300, hidden: [12], epochs: 20, flaggedShare: 0.2)

  static func plan(_ training: DomainTraining? = training, fold: Int = 0) -> TrainingPlan {
    var plan = TinyDatabase.plan(fold: fold)
    plan.domain = training
    return plan
  }

  static func model(_ plan: TrainingPlan, threads: Int = .max) throws -> ModelDocument {
    try EnsembleTrainer(dataset: TinyDatabase.dataset(), plan: plan).train(threads: threads)
  }

  static func bytes(_ document: ModelDocument) throws -> [UInt8] {
    try ModelWriter().bytes(of: document)
  }

  @Test("A model that learns it is of format 3, loads, and is else the one that does not")
  func format() throws {
    let with = try Self.model(Self.plan())
    let without = try Self.model(Self.plan(nil))
    #expect(with.format_version == 3 && without.format_version == 2)
    let bytes = try Self.bytes(with)
    #expect(try Model(json: bytes.span).formatVersion == 3)
    var same = with
    (same.format_version, same.domain, same.card.domain) = (2, nil, nil)
    #expect(try Self.bytes(same) == Self.bytes(without))
  }

  @Test("Any number of threads gives the same bytes")
  func threads() throws {
    #expect(
      try Self.bytes(Self.model(Self.plan(), threads: 1))
        == Self.bytes(Self.model(Self.plan(), threads: 3)))
  }

  @Test("What it has learned from is inside, other foreign edges are mostly outside")
  func separation() throws {
    let document = try Self.model(Self.plan())
    let bytes = try Self.bytes(document)
    let model = try Model(json: bytes.span)
    let dataset = try TinyDatabase.dataset()
    let test = Set(EnsembleTrainer(dataset: dataset, plan: Self.plan()).testRows)
    let seen = dataset.sites.indices.filter { !test.contains($0) }
    let own = try model.predictions(for: seen, of: dataset)
    #expect(own.count { $0.flags.contains(.outsideReferenceDomain) } <= seen.count / 5)
    let foreign = try ForeignEdges(count: 200, seed: 77).tried(on: model)
    #expect(foreign.flaggedShare > 0.9)
  }

  @Test("Each network of it is counted, and training stops when it is told to")
  func progress() throws {
    let trainer = EnsembleTrainer(dataset: try TinyDatabase.dataset(), plan: Self.plan())
    let seen = EnsembleTests.Seen()
    _ = try trainer.train { progress in
      if progress.purpose == .domain {
        seen.add(progress.member, progress.report.epoch)
        if progress.maximumEpochs != 20 { return false }
      }
      return true
    }
    #expect(seen.epochs.keys.sorted() == Array(30..<36) && trainer.plan.networkCount == 36)
    #expect(seen.epochs.values.allSatisfy { $0 == Array(1...20) })
    let error = #expect(throws: DataError.self) {
      try trainer.train { $0.purpose != .domain || $0.report.epoch < 2 }
    }
    #expect(error?.description.contains("stopped") == true)
  }

  @Test("The test part has no say in it")
  func noLeak() throws {
    let plan = Self.plan()
    let before = try Self.model(plan)
    var sites = TinyDatabase.sites()
    let dataset = try TinyDatabase.dataset()
    for row in EnsembleTrainer(dataset: dataset, plan: plan).testRows {
      for index in sites[row].transitions.indices { sites[row].transitions[index].energy *= 0.5 }
    }
    let after = try EnsembleTrainer(dataset: TinyDatabase.dataset(sites), plan: plan).train()
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(before.domain) == encoder.encode(after.domain))
  }

  @Test("Foreign edges are prepared as spectra are, and those of a seed do not depend on how many")
  func edges() {
    let some = ForeignEdges(count: 30, seed: 9).features(by: TinyDatabase.preprocessor)
    let more = ForeignEdges(count: 40, seed: 9).features(by: TinyDatabase.preprocessor)
    #expect(some.rows == 30 && some.columns == 14)
    #expect(Array(more.values.prefix(some.values.count)) == some.values)
    #expect(
      ForeignEdges(count: 30, seed: 8).features(by: TinyDatabase.preprocessor) != some)
    for row in 0..<some.rows {
      #expect(abs(some.row(row).reduce(0, +) / 14 - 1) < 1e-5)
    }
  }
}
