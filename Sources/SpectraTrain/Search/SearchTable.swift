import SpectraIO
import SpectraInfer

/// Results of trials as rows of a CSV table. Numbers are written with as many digits as give the
/// same number back; an empty cell is the NaN of a training that diverged.
enum SearchTable {
  private static let columns =
    ["layers", "nodes", "l2", "weight_decay", "learning_rate", "fold", "best_epoch", "epochs"]
    + ["seconds", "score"] + MaterialProperty.allCases.map { "\($0.name)" }

  static let header = columns.joined(separator: ",")

  static func row(of result: TrialResult) -> String {
    let point = result.trial.point
    let cells: [CSVText.Cell] =
      [.whole(point.layers), .whole(point.nodes), .number(point.l2), .number(point.weightDecay)]
      + [.number(point.learningRate), .whole(result.trial.fold + 1)]
      + [.whole(result.bestEpoch), .whole(result.epochs)]
      + [.number((1000 * result.seconds).rounded() / 1000), .number(result.score)]
      + result.ratios.map { .number($0) }
    return cells.map(\.quoted).joined(separator: ",")
  }

  /// The results in a table; of two rows of one trial, the first counts.
  ///
  /// - Throws: `DataError` naming the line that is no result.
  static func results(_ text: String, _ path: String) throws -> [SearchTrial: TrialResult] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines[0] == header || text.isEmpty else {
      throw DataError("\(path), line 1: is not the header of a search; name another folder")
    }
    var results: [SearchTrial: TrialResult] = [:]
    for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      guard let result = result(line) else {
        throw DataError(
          "\(path), line \(index + 1): is no result of a trial; delete the line to have it "
            + "computed again")
      }
      results[result.trial] = results[result.trial] ?? result
    }
    return results
  }

  private static func result(_ line: Substring) -> TrialResult? {
    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
    guard cells.count == columns.count else { return nil }
    let whole = [0, 1, 5, 6, 7].compactMap { Int(cells[$0]) }
    let numbers = [2, 3, 4, 8].compactMap { Double(cells[$0]) }
    let scores = cells[9...].compactMap { $0.isEmpty ? .nan : Double($0) }
    guard whole.count == 5, numbers.count == 4, scores.count == cells.count - 9 else { return nil }
    guard (1...SearchFolds.count).contains(whole[2]) else { return nil }
    return TrialResult(
      trial: SearchTrial(
        point: GridPoint(
          layers: whole[0], nodes: whole[1], l2: numbers[0], weightDecay: numbers[1],
          learningRate: numbers[2]),
        fold: whole[2] - 1),
      bestEpoch: whole[3], epochs: whole[4], seconds: numbers[3], ratios: Array(scores.dropFirst()))
  }
}
