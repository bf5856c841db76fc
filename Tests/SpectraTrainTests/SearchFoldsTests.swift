import SpectraIO
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Search folds")
struct SearchFoldsTests {
  static let rules: [SplitRule] = [.spectrum, .group]

  static func setting(_ rule: SplitRule) -> SearchSetting {
    SearchSetting(plan: TinyDatabase.plan(rule: rule, heldOut: ["g3"]))
  }

  @Test("The test part is that of spectra train, and in no fold", arguments: rules)
  func testPart(rule: SplitRule) throws {
    let setting = Self.setting(rule)
    let dataset = try setting.dataset()
    let folds = try setting.folds()
    #expect(folds.testRows == EnsembleTrainer(dataset: dataset, plan: setting.plan).testRows)
    #expect(folds.testRows.contains { dataset.sites[$0].group == "g3" })
    for split in folds.splits {
      let used = split.training + split.validation + split.test
      #expect(Set(used).isDisjoint(with: folds.testRows))
      #expect((used + folds.testRows).sorted() == Array(0..<dataset.count))
    }
  }

  @Test("Each spectrum scores once and chooses the epoch once, in two trials", arguments: rules)
  func roles(rule: SplitRule) throws {
    let folds = try Self.setting(rule).folds()
    let rest = Set(0..<60).subtracting(folds.testRows).sorted()
    #expect(folds.splits.count == 5)
    #expect(folds.splits.flatMap(\.test).sorted() == rest)
    #expect(folds.splits.flatMap(\.validation).sorted() == rest)
    for split in folds.splits { #expect(Set(split.test).isDisjoint(with: split.validation)) }
  }

  @Test("By group, no group is on two sides")
  func groups() throws {
    let setting = Self.setting(.group)
    let groups = try setting.dataset().groups
    for split in try setting.folds().splits {
      let sides = [split.training, split.validation, split.test].map { rows in
        Set(rows.map { groups[$0] })
      }
      #expect(sides.reduce(0) { $0 + $1.count } == Set(sides.flatMap { $0 }).count)
    }
  }

  /// Databases that no search can be made in.
  enum Poor: String, CaseIterable {
    case fewGroups, noAngles, oneVolume
  }

  @Test("A database that is too poor is refused", arguments: Poor.allCases)
  func poor(_ poor: Poor) throws {
    var setting = SearchSetting()
    switch poor {
    case .fewGroups: setting.sites = TinyDatabase.sites(groups: 4)
    case .noAngles:
      for index in setting.sites.indices { setting.sites[index].properties.bondAngle = .nan }
    case .oneVolume:
      for index in setting.sites.indices { setting.sites[index].properties.voronoiVolume = 17 }
    }
    let error = #expect(throws: DataError.self) { try setting.folds() }
    #expect(error?.description.contains("use more materials") == true)
  }

  @Test("The test part has no say in any score", arguments: rules)
  func noLeak(rule: SplitRule) throws {
    var setting = Self.setting(rule)
    let (before, after) = (try TemporaryFolder(), try TemporaryFolder())
    try setting.run(in: before)
    for row in try setting.folds().testRows {
      for property in MaterialProperty.allCases { setting.sites[row].properties[property] *= -7 }
      setting.sites[row].transitions[5].strength *= 30
    }
    try setting.run(in: after)
    #expect(try SearchSetting.scores(in: before) == SearchSetting.scores(in: after))
  }

  @Test("The spectra that give the score do not choose the epoch", arguments: 0..<5)
  func epoch(fold: Int) throws {
    var setting = SearchSetting()
    setting.plan = TinyDatabase.plan(epochs: 40)
    setting.grid = SearchGrid(layers: [1], nodes: [9], learningRates: [3e-2])
    let trial = SearchTrial(point: setting.grid.points[0], fold: fold)
    func result() throws -> TrialResult {
      let folder = try TemporaryFolder()
      try setting.run(in: folder)
      return try #require(try setting.log(in: folder).results[trial])
    }
    let before = try result()
    for row in try setting.folds().splits[fold].test {
      for property in MaterialProperty.allCases { setting.sites[row].properties[property] *= -7 }
    }
    let after = try result()
    #expect(after.bestEpoch == before.bestEpoch && after.epochs == before.epochs)
    #expect(after.score != before.score)
  }

  @Test("Every other spectrum has a say")
  func say() throws {
    var setting = Self.setting(.spectrum)
    let (before, after) = (try TemporaryFolder(), try TemporaryFolder())
    try setting.run(in: before)
    let row = try #require(try setting.folds().splits[2].test.first)
    setting.sites[row].properties.bondAngle += 1
    try setting.run(in: after)
    #expect(try SearchSetting.scores(in: before) != SearchSetting.scores(in: after))
  }
}
