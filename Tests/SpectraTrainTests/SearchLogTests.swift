import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Synchronization
import Testing

@Suite("Search log")
struct SearchLogTests {
  /// A search that was never interrupted.
  static let whole = Result {
    let folder = try TemporaryFolder()
    try SearchSetting().run(in: folder)
    return try (text: SearchSetting.text(in: folder), scores: SearchSetting.scores(in: folder))
  }

  @Test(
    "A search that is interrupted again and again ends as one that was not",
    arguments: [(1, 1), (1, 30), (2, 7), (2, 50), (3, 100)])
  func interrupted(threads: Int, epochs: Int) throws {
    let (setting, folder) = (SearchSetting(), try TemporaryFolder())
    var runs = 0
    var isComplete = false
    while !isComplete && runs < 1000 {
      runs += 1
      // From run to run more epochs, or a first trial longer than `epochs` were never done.
      let left = Mutex(epochs + runs)
      isComplete = try setting.search().run(log: setting.log(in: folder), threads: threads) { _ in
        left.withLock { left in
          left -= 1
          return left >= 0
        }
      }
    }
    #expect(isComplete && runs > 1)
    #expect(try SearchSetting.scores(in: folder) == Self.whole.get().scores)
  }

  @Test("A file that ends anywhere is gone on with", arguments: 0..<24)
  func torn(place: Int) throws {
    let (setting, folder) = (SearchSetting(), try TemporaryFolder())
    _ = try setting.log(in: folder)
    let bytes = Array(try Self.whole.get().text.utf8)
    // Nothing, in the header, its end, in a row; then the last bytes one by one.
    let ends = [0, 1, 40, 165, 166, 167, 168, 169, 170, 400, 1000, 3000]
    let end = place < 12 ? ends[place] : bytes.count - 1 - (place - 12) * 3
    try folder.write(bytes.prefix(end), to: SearchLog.tableName)
    let before = try setting.log(in: folder).results.count
    #expect(before == max(0, bytes.prefix(end).count { $0 == UInt8(ascii: "\n") } - 1))
    try setting.run(in: folder)
    #expect(try SearchSetting.scores(in: folder) == Self.whole.get().scores)
  }

  @Test("What is read is what was written")
  func roundTrip() throws {
    let (setting, folder) = (SearchSetting(), try TemporaryFolder())
    let point = GridPoint(
      layers: 3, nodes: 17, l2: 1e-300, weightDecay: 0.1 + 0.2, learningRate: .leastNonzeroMagnitude
    )
    let results = (0..<5).map { fold in
      TrialResult(
        trial: SearchTrial(point: point, fold: fold), bestEpoch: fold + 1, epochs: 90,
        seconds: Double(fold) / 8,
        ratios: [1.0 / 3, 0, .pi, 1e22, fold == 4 ? .infinity : 0.7, 2.5e-9])
    }
    do {
      let log = try setting.log(in: folder)
      for result in results { try log.append(result) }
      #expect(Set(log.results.keys) == Set(results.map(\.trial)))
    }
    let read = try setting.log(in: folder).results
    for result in results { #expect(read[result.trial] == result) }
  }

  /// A search that differs from that of the log.
  enum Difference: String, CaseIterable {
    case seed, split, dropout, batch_size, maximum_epochs, patience, spectra, data, fold
    case broadening_sigma_ev, held_out_groups

    func apply(to setting: inout SearchSetting) {
      switch self {
      case .seed: setting.plan.configuration.seed = 2
      case .split: setting.plan.splitRule = .spectrum
      case .dropout: setting.plan.configuration.dropout = 0.25
      case .batch_size: setting.plan.configuration.batchSize = 7
      case .maximum_epochs: setting.plan.configuration.maximumEpochs = 5
      case .patience: setting.plan.configuration.patience = 3
      case .spectra: setting.sites.removeLast()
      case .data: setting.sites[0].transitions[0].strength *= 1.000001
      case .fold: setting.plan.fold = 1
      case .broadening_sigma_ev:
        let recipe = TinyDatabase.preprocessor
        setting.plan.preprocessor = Preprocessor(
          grid: recipe.grid, alignment: recipe.alignment, edgeRule: recipe.edgeRule,
          background: recipe.background, broadeningSigma: 0.4)
      case .held_out_groups: setting.plan.heldOutGroups = ["g3"]
      }
    }
  }

  @Test(
    "The log of another search is refused, and the difference told", arguments: Difference.allCases)
  func foreign(_ difference: Difference) throws {
    let (setting, folder) = (SearchSetting(), try TemporaryFolder())
    try setting.run(in: folder)
    let before = try SearchSetting.text(in: folder)
    var other = setting
    difference.apply(to: &other)
    let error = #expect(throws: DataError.self) { try other.log(in: folder) }
    let sentence = try #require(error).description
    // Without its last site a database differs in more than their number.
    let name = difference == .spectra ? "data" : difference.rawValue
    #expect(sentence.contains(name), "\(sentence)")
    #expect(sentence.contains("name another folder"))
    #expect(try SearchSetting.text(in: folder) == before)
    #expect(try setting.log(in: folder).results.count == 40)
  }

  @Test("A larger grid goes on from the trials of the smaller one")
  func largerGrid() throws {
    var setting = SearchSetting()
    let folder = try TemporaryFolder()
    try setting.run(in: folder)
    setting.grid.nodes.append(3)
    try setting.run(in: folder)
    let fresh = try TemporaryFolder()
    try setting.run(in: fresh)
    #expect(try SearchSetting.scores(in: folder) == SearchSetting.scores(in: fresh))
    #expect(try SearchSetting.scores(in: folder).count == 1 + 60)
  }

  @Test("Everything of a training that the grid does not vary is among the settings")
  func settings() throws {
    let setting = SearchSetting()
    let folder = try TemporaryFolder()
    _ = try setting.log(in: folder)
    func keys(_ data: Data) throws -> Set<String> {
      let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      return Set(try #require(object).keys)
    }
    let training = try keys(JSONEncoder().encode(setting.plan.configuration))
    let file = URL(fileURLWithPath: folder.path + "/" + SearchLog.settingsName)
    let varied: Set = ["hidden", "l2", "weight_decay", "learning_rate"]
    #expect(training.subtracting(varied).isSubset(of: try keys(Data(contentsOf: file))))
  }

  @Test("A line that is no result is named, with its number", arguments: ["x", "1,2,3", "\u{0}"])
  func badLine(_ line: String) throws {
    let (setting, folder) = (SearchSetting(), try TemporaryFolder())
    try setting.run(in: folder)
    let text = try SearchSetting.text(in: folder)
    var lines = text.split(separator: "\n").map(String.init)
    lines.insert(line, at: 3)
    try folder.write(lines.joined(separator: "\n") + "\n", to: SearchLog.tableName)
    let error = #expect(throws: DataError.self) { try setting.log(in: folder) }
    #expect(error?.description.contains("trials.csv, line 4: ") == true)
  }

  @Test("Each cell must be of its kind", arguments: 0..<16)
  func badCell(column: Int) throws {
    let (setting, folder) = (SearchSetting(), try TemporaryFolder())
    _ = try setting.log(in: folder)
    let lines = try Self.whole.get().text.split(separator: "\n").prefix(2)
    var cells = lines[1].split(separator: ",").map(String.init)
    // An empty cell of a score is the NaN of a training that diverged.
    for bad in column < 9 ? ["", "x", "1e"] : ["x", "1e"] {
      cells[column] = bad
      try folder.write("\(lines[0])\n\(cells.joined(separator: ","))\n", to: SearchLog.tableName)
      let error = #expect(throws: DataError.self) { try setting.log(in: folder) }
      #expect(error?.description.contains("line 2: is no result of a trial") == true)
    }
  }

  @Test("Folders that cannot hold a log are refused")
  func badFolders() throws {
    let (setting, folder) = (SearchSetting(), try TemporaryFolder())
    try folder.write("layers\n", to: SearchLog.tableName)
    #expect(throws: DataError.self) { try setting.log(in: folder) }
    let header = try TemporaryFolder()
    _ = try setting.log(in: header)
    try header.write("layers,nodes\n", to: SearchLog.tableName)
    let error = #expect(throws: DataError.self) { try setting.log(in: header) }
    #expect(error?.description.contains("line 1: is not the header") == true)
    let settings = SearchSettings(try setting.dataset(), plan: setting.plan)
    let file = folder.path + "/" + SearchLog.tableName
    #expect(throws: DataError.self) { try SearchLog(folder: file, settings: settings) }
  }

  @Test("Two searches cannot write to one folder at once")
  func locked() throws {
    let (setting, folder) = (SearchSetting(), try TemporaryFolder())
    let log = try setting.log(in: folder)
    let error = #expect(throws: DataError.self) { try setting.log(in: folder) }
    #expect(error?.description.contains("another search writes to it") == true)
    withExtendedLifetime(log) {}
  }
}
