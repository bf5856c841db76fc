import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
import SpectraTrain

/// A small search on the tiny database, in a folder of its own.
struct SearchSetting {
  static let grid = SearchGrid(
    layers: [1, 2], nodes: [4, 9], l2: [0, 1e-3], learningRates: [1e-2])

  var sites = TinyDatabase.sites(groups: 30)
  var plan = TinyDatabase.plan()
  var grid = SearchSetting.grid

  func dataset() throws -> Dataset {
    try Dataset(Database(sites: sites), preprocessor: plan.preprocessor)
  }

  func folds() throws -> SearchFolds {
    try SearchFolds(dataset(), plan: plan)
  }

  func search() throws -> GridSearch {
    try GridSearch(grid: grid, base: plan.configuration, folds: folds())
  }

  func log(in folder: TemporaryFolder) throws -> SearchLog {
    try SearchLog(
      folder: folder.path,
      settings: SearchSettings(dataset(), plan: plan))
  }

  /// Runs the search to its end.
  @discardableResult
  func run(in folder: TemporaryFolder, threads: Int = 2) throws -> Bool {
    try search().run(log: log(in: folder), threads: threads)
  }

  /// The reproducible cells of trials.csv, row by row in a fixed order.
  static func scores(in folder: TemporaryFolder) throws -> [String] {
    let lines = try text(in: folder).split(separator: "\n")
    let seconds = lines[0].split(separator: ",").firstIndex(of: "seconds")
    let rows = lines.map { line in
      line.split(separator: ",").enumerated().filter { $0.offset != seconds }.map(\.element)
        .joined(separator: ",")
    }
    return rows.sorted()
  }

  static func text(in folder: TemporaryFolder) throws -> String {
    try String(contentsOfFile: folder.path + "/" + SearchLog.tableName, encoding: .utf8)
  }
}
