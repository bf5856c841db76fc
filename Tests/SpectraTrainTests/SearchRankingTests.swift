import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Search ranking")
struct SearchRankingTests {
  /// Results with these scores on the five folds, for one number of nodes each.
  static func ranking(_ scores: [(nodes: Int, scores: [Double])]) -> SearchRanking {
    let grid = SearchGrid(layers: [1], nodes: scores.map(\.nodes), learningRates: [1])
    var results: [SearchTrial: TrialResult] = [:]
    for (point, entry) in zip(grid.points, scores) {
      for (fold, score) in entry.scores.enumerated() {
        let trial = SearchTrial(point: point, fold: fold)
        // Ratios that differ, with the score as their mean.
        results[trial] = TrialResult(
          trial: trial, bestEpoch: fold + 1, epochs: 9, seconds: 1,
          ratios: (0..<6).map { score + (Double($0) - 2.5) / 100 })
      }
    }
    return SearchRanking(grid, inputs: 10, results: results)
  }

  static func around(_ mean: Double, _ step: Double) -> [Double] {
    (-2...2).map { mean + Double($0) * step }
  }

  @Test("Mean and spread by hand")
  func numbers() throws {
    // Scores 0.3, 0.4, 0.5, 0.6, 0.7: squares about the mean add up to 0.1, over 4 is 0.025.
    let entry = try #require(Self.ranking([(8, Self.around(0.5, 0.1))]).best)
    #expect(abs(entry.mean - 0.5) < 1e-12)
    #expect(abs(entry.spread - 0.025.squareRoot()) < 1e-12)
    #expect(entry.standardError == 0)
    #expect(entry.bestEpoch == 3)
    #expect(entry.parameterCount == 8 * 10 + 8 + 6 * 8 + 6)
    for (index, ratio) in entry.ratios.enumerated() {
      #expect(abs(ratio - 0.5 - (Double(index) - 2.5) / 100) < 1e-12)
    }
  }

  /// How hard the folds are, for all points alike.
  static let hardness = [0, 0.5, -0.2, 0.1, -0.4]

  static func onHardFolds(_ mean: Double, _ step: Double) -> [Double] {
    zip(around(mean, step), hardness).map { $0 + $1 }
  }

  @Test("Of two points, both have the paired standard error over the square root of 2")
  func standardError() {
    // The differences are -0.2, -0.1, 0, 0.1, 0.2: squares add up to 0.1; 0.1 / 4 / 5 is 0.005.
    let ranking = Self.ranking([
      (4, Self.onHardFolds(0.5, 0.1)), (8, Self.onHardFolds(0.75, 0)),
    ])
    for entry in ranking.entries {
      #expect(abs(entry.standardError - (0.005 / 2).squareRoot()) < 1e-12)
    }
  }

  @Test("The smallest network within one standard error of the best wins")
  func oneStandardError() throws {
    // The deviations of the best and of the one of 8 nodes cancel, so the mean of a fold is its
    // hardness: the standard error of the best is sqrt(0.005) / sqrt(4 / 5) = 0.0791.
    let ranking = Self.ranking([
      (4, Self.onHardFolds(0.585, 0)), (8, Self.onHardFolds(0.575, -0.1)),
      (16, Self.onHardFolds(0.52, 0)), (32, Self.onHardFolds(0.5, 0.1)),
      (64, Self.onHardFolds(0.51, 0)),
    ])
    #expect(ranking.entries.map(\.point.nodes) == [32, 64, 16, 8, 4])
    let best = try #require(ranking.best)
    #expect(best.point.nodes == 32)
    #expect(abs(best.standardError - (0.005 * 1.25).squareRoot()) < 1e-12)
    #expect(ranking.simplest?.point.nodes == 8)
  }

  @Test("Without a spread the best wins, of equals the smallest")
  func ties() {
    let ranking = Self.ranking([(16, Self.around(0.5, 0)), (8, Self.around(0.5, 0))])
    #expect(ranking.best?.point.nodes == 8)
    #expect(ranking.simplest?.point.nodes == 8)
  }

  @Test("Of equally small networks within the error, the better one wins")
  func equallySmall() {
    let grid = SearchGrid(layers: [1], nodes: [8], l2: [0, 1, 2], learningRates: [1])
    var results: [SearchTrial: TrialResult] = [:]
    for (point, (mean, step)) in zip(grid.points, [(0.53, 0), (0.5, 0.1), (0.51, -0.1)]) {
      for (fold, score) in Self.around(mean, step).enumerated() {
        let trial = SearchTrial(point: point, fold: fold)
        results[trial] = TrialResult(
          trial: trial, bestEpoch: 1, epochs: 1, seconds: 0,
          ratios: Array(repeating: score, count: 6))
      }
    }
    #expect(SearchRanking(grid, inputs: 10, results: results).simplest?.point.l2 == 1)
  }

  @Test("What diverged in one fold is last and never wins", arguments: [Double.nan, .infinity])
  func diverged(score: Double) {
    let ranking = Self.ranking([(4, [0.1, 0.1, score, 0.1, 0.1]), (8, Self.around(0.9, 0.1))])
    #expect(ranking.entries.map(\.point.nodes) == [8, 4])
    #expect(ranking.best?.point.nodes == 8)
    #expect(ranking.simplest?.point.nodes == 8)
    let none = Self.ranking([(4, [0.1, 0.1, score, 0.1, 0.1])])
    #expect(none.best == nil && none.simplest == nil)
  }

  @Test("The table has a row for each point, with the numbers of its entry")
  func table() throws {
    let ranking = Self.ranking([(4, Self.around(0.5, 0.1)), (8, Self.around(0.25, 0))])
    let lines = ranking.csv.split(separator: "\n").map { $0.split(separator: ",") }
    #expect(lines.count == 3 && ranking.csv.hasSuffix("\n"))
    #expect(lines.allSatisfy { $0.count == lines[0].count })
    let columns = Dictionary(uniqueKeysWithValues: zip(lines[0], lines[1]))
    #expect(columns["nodes"] == "8" && columns["layers"] == "1" && columns["parameters"] == "142")
    #expect(Double(columns["score"] ?? "") == ranking.best?.mean)
    #expect(Double(columns["spread"] ?? "") == ranking.best?.spread)
    #expect(Double(columns["bond_angle"] ?? "") == ranking.best?.ratios[1])
  }

  @Test("The test part is spent on one model")
  func testRecord() throws {
    let folder = try TemporaryFolder()
    try TestRecord.check("--hidden 8", in: folder.path)
    let json = """
      {"property": "bond_angle", "unit": "degree", "count": 3, "mean_absolute_error": 1,
      "predicting_the_mean": 2, "nearest_reference": 3}
      """
    let error = try JSONDecoder().decode(ModelCard.PropertyError.self, from: Data(json.utf8))
    try TestRecord(train: "--hidden 8", errors: [error]).write(to: folder.path)
    try TestRecord.check("--hidden 8", in: folder.path)
    let refusal = #expect(throws: DataError.self) {
      try TestRecord.check("--hidden 9", in: folder.path)
    }
    #expect(refusal?.description.contains("spent on another model, --hidden 8;") == true)
    try folder.write("{}", to: TestRecord.name)
    #expect(throws: DataError.self) { try TestRecord.check("--hidden 8", in: folder.path) }
  }
}
