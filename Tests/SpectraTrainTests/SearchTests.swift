import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Synchronization
import Testing

@Suite("Grid search")
struct SearchTests {
  @Test("Every point is tried on every fold", arguments: [1, 2, 7])
  func complete(threads: Int) throws {
    let (setting, folder) = (SearchSetting(), try TemporaryFolder())
    #expect(try setting.run(in: folder, threads: threads))
    let results = try setting.log(in: folder).results
    let trials = try setting.search().trials
    #expect(trials.count == 8 * 5)
    #expect(Set(results.keys) == Set(trials))
    for (trial, result) in results {
      #expect(result.trial == trial)
      #expect((1...4).contains(result.bestEpoch) && result.bestEpoch <= result.epochs)
      #expect(result.ratios.allSatisfy { $0 > 0 && $0.isFinite })
    }
    // Another point, fold or seed is another result.
    #expect(Set(results.values.map(\.score)).count == trials.count)
  }

  @Test("Scores depend on neither the threads nor the rest of the grid", arguments: [1, 2, 3, 8])
  func threads(count: Int) throws {
    let (one, other, part) = (try TemporaryFolder(), try TemporaryFolder(), try TemporaryFolder())
    var setting = SearchSetting()
    try setting.run(in: one, threads: 1)
    try setting.run(in: other, threads: count)
    #expect(try SearchSetting.scores(in: one) == SearchSetting.scores(in: other))
    setting.grid = SearchGrid(layers: [2], nodes: [9], learningRates: [1e-2])
    try setting.run(in: part, threads: count)
    let all = Set(try SearchSetting.scores(in: one))
    #expect(Set(try SearchSetting.scores(in: part)).isSubset(of: all))
  }

  @Test("Another seed gives other scores")
  func seeds() throws {
    let folders = try [1, 2].map { seed in
      let folder = try TemporaryFolder()
      try SearchSetting(plan: TinyDatabase.plan(seed: UInt64(seed))).run(in: folder)
      return folder
    }
    let scores = try folders.map { try SearchSetting.scores(in: $0) }
    #expect(Set(scores[0]).intersection(scores[1]).count == 1)  // The header.
  }

  @Test("A network that answers the mean has the score 1")
  func scoreOfTheMean() throws {
    var setting = SearchSetting()
    // Each step leaves a thousandth of the weights, and the biases hardly move from zero.
    setting.grid = SearchGrid(
      layers: [2], nodes: [4], weightDecays: [0.999e6], learningRates: [1e-6])
    let folder = try TemporaryFolder()
    try setting.run(in: folder)
    for result in try setting.log(in: folder).results.values {
      for ratio in result.ratios { #expect(abs(ratio - 1) < 1e-4) }
    }
  }

  @Test("The score is the error in the property's unit over that of the mean of the rest")
  func scoreByHand() throws {
    var setting = SearchSetting()
    setting.sites[7].properties.bondAngle = .nan
    setting.grid = SearchGrid(layers: [1], nodes: [5], learningRates: [1e-2])
    let folder = try TemporaryFolder()
    try setting.run(in: folder)
    let results = try setting.log(in: folder).results
    let point = setting.grid.points[0]
    for fold in 0..<5 {
      let expected = try ratiosByHand(setting, point, fold)
      let found = try #require(results[SearchTrial(point: point, fold: fold)])
      for (ratio, hand) in zip(found.ratios, expected) { #expect(abs(ratio - hand) < 1e-5) }
      #expect(abs(found.score - found.ratios.reduce(0, +) / 6) < 1e-12)
    }
  }

  /// Scales, trains and scores in double precision where that is possible, in raw units.
  func ratiosByHand(_ setting: SearchSetting, _ point: GridPoint, _ fold: Int) throws -> [Double] {
    let dataset = try setting.dataset()
    let split = try setting.folds().splits[fold]
    let seen = split.training + split.validation
    func values(_ row: Int) -> [Double] {
      MaterialProperty.allCases.map { dataset.sites[row].properties[$0] }
    }
    let features = Scaling(
      fittingColumnsOf: seen.map { dataset.features.row($0).map { Double($0) } }, floor: 0.1)
    let targets = Scaling(fittingColumnsOf: seen.map(values), floor: 1e-6)
    func samples(_ rows: [Int]) -> Samples {
      Samples(
        features: features.apply(to: dataset.features.selecting(rows: rows)),
        targets: Matrix(
          rows: rows.count, columns: 6,
          values: rows.flatMap { row in
            values(row).enumerated().map {
              Float(($0.element - targets.mean[$0.offset]) / targets.scale[$0.offset])
            }
          }))
    }
    var configuration = point.configuration(from: setting.plan.configuration)
    var seeds = SeededGenerator(seed: setting.plan.configuration.seed).stream(UInt64(fold))
    configuration.seed = seeds.next()
    let network = Trainer(configuration: configuration).train(
      training: samples(split.training), validation: samples(split.validation)
    ).network
    let predicted = network.predict(samples(split.test).features)
    return (0..<6).map { column in
      var (model, mean) = (0.0, 0.0)
      for (place, row) in split.test.enumerated() where !values(row)[column].isNaN {
        let value =
          targets.mean[column] + targets.scale[column] * Double(predicted[place, column])
        model += abs(value - values(row)[column])
        mean += abs(targets.mean[column] - values(row)[column])
      }
      return model / mean
    }
  }

  @Test("Learning beats predicting the mean")
  func learns() throws {
    var setting = SearchSetting()
    setting.sites = TinyDatabase.sites(groups: 60)
    setting.plan = TinyDatabase.plan(epochs: 150)
    setting.plan.configuration.dropout = 0
    setting.grid = SearchGrid(layers: [1], nodes: [8], learningRates: [1e-2])
    let folder = try TemporaryFolder()
    try setting.run(in: folder)
    let ranking = SearchRanking(
      setting.grid, inputs: 14, results: try setting.log(in: folder).results)
    // The properties are a uniform number, error 1/4 about its mean, with noise, error 0.08, in it.
    #expect(try #require(ranking.best).mean < 0.7)
  }

  @Test("The largest networks come first")
  func order() throws {
    let (setting, folder) = (SearchSetting(), try TemporaryFolder())
    try setting.run(in: folder, threads: 1)
    let rows = try SearchSetting.text(in: folder).split(separator: "\n").dropFirst()
    let sizes = rows.map { row in
      let cells = row.split(separator: ",").prefix(2).compactMap { Int($0) }
      return GridPoint(layers: cells[0], nodes: cells[1], learningRate: 1)
        .parameterCount(inputs: 14)
    }
    #expect(sizes == sizes.sorted(by: >))
    #expect(Set(sizes).count == 4)
  }

  @Test("Progress goes from nothing to all, and a search that is done does nothing")
  func progress() throws {
    let (setting, folder) = (SearchSetting(), try TemporaryFolder())
    let seen = Mutex([GridSearch.Progress]())
    func run() throws -> [GridSearch.Progress] {
      seen.withLock { $0 = [] }
      let isComplete = try setting.search().run(log: setting.log(in: folder), threads: 1) {
        progress in
        seen.withLock { $0.append(progress) }
        return true
      }
      #expect(isComplete)
      return seen.withLock { $0 }
    }
    let first = try run()
    #expect(first[0].fraction == 0 && first[0].finished == 0 && first[0].point == nil)
    #expect(zip(first, first.dropFirst()).allSatisfy { $0.fraction <= $1.fraction + 1e-12 })
    let last = try #require(first.last)
    #expect(abs(last.fraction - 1) < 1e-9 && last.finished == 40 && last.total == 40)
    let again = try run()
    #expect(again.count == 1 && again[0].finished == 40)
  }

  @Test("A point that diverges has no finite score, and does not stop the search")
  func divergence() throws {
    var setting = SearchSetting()
    setting.grid.learningRates = [1e-2, 1e38]
    let folder = try TemporaryFolder()
    #expect(try setting.run(in: folder))
    let results = try setting.log(in: folder).results
    for (trial, result) in results {
      #expect(result.score.isFinite == (trial.point.learningRate < 1))
    }
    let ranking = SearchRanking(setting.grid, inputs: 14, results: results)
    #expect(try #require(ranking.best).point.learningRate == 1e-2)
    #expect(ranking.entries.suffix(8).allSatisfy { !$0.mean.isFinite })
  }
}
