import SpectraTrain

/// The best points of a search as text for a person.
struct SearchReport {
  private static let count = 10

  let lines: [String]

  init(_ ranking: SearchRanking) {
    var table = TextTable(header: [
      "network", "L2", "decay", "learning rate", "parameters", "epoch", "score", "spread",
    ])
    for entry in ranking.entries.prefix(Self.count) {
      let point = entry.point
      table.add([
        Self.name(of: point), short(point.l2), short(point.weightDecay),
        short(point.learningRate), "\(entry.parameterCount)", fixed(entry.bestEpoch, 0),
        fixed(entry.mean, 3), fixed(entry.spread, 3),
      ])
    }
    let score = [
      "score: mean absolute error over that of predicting the mean, averaged over the",
      "six properties; its mean and standard deviation over the five folds", "",
    ]
    lines = score + table.lines + [""] + Self.choice(ranking)
  }

  /// "2 x 128", two layers of 128 nodes.
  static func name(of point: GridPoint) -> String { "\(point.layers) x \(point.nodes)" }

  private static func choice(_ ranking: SearchRanking) -> [String] {
    guard let best = ranking.best, let winner = ranking.simplest else { return [] }
    return [
      "best    \(sentence(best))", "winner  \(sentence(winner))",
      "        the smallest network within one standard error of the best",
    ]
  }

  /// All of a point in a line, with the standard error of its score.
  private static func sentence(_ entry: SearchRanking.Entry) -> String {
    let point = entry.point
    return "\(name(of: point)), L2 \(short(point.l2)), decay \(short(point.weightDecay)), "
      + "learning rate \(short(point.learningRate)): "
      + "\(fixed(entry.mean, 3)) ± \(fixed(entry.standardError, 3))"
  }
}
