import SpectraInfer
import SpectraTrain

/// Whether a model beats the naive rivals, as text for a person.
struct NaiveReport {
  let lines: [String]

  init(_ comparison: NaiveComparison) {
    let rivals = NaiveRival.allCases.filter { rival in
      comparison.entries.contains { $0.rival == rival }
    }
    var table = TextTable(header: ["better than"] + rivals.map(\.title))
    for property in MaterialProperty.allCases {
      let own = comparison.entries.filter { $0.property == property }
      if own.isEmpty { continue }
      table.add(
        [property.title]
          + rivals.map { rival in
            guard let entry = own.first(where: { $0.rival == rival }) else { return "-" }
            let probability =
              entry.test.pValue < 0.001 ? "p < 0.001" : "p = \(fixed(entry.test.pValue, 3))"
            return "\(entry.passes ? "PASS" : "FAIL") (\(probability))"
          })
    }
    let groups = comparison.entries.map(\.test.groupCount).max() ?? 0
    lines =
      table.lines + [
        "PASS: a smaller mean absolute error, by a sign-flip test over "
          + "\(counted(groups, "group", "groups")) at 5 %; with fewer",
        "than five groups nothing can pass. FAIL: these spectra do not show it.",
      ]
  }
}

extension NaiveRival {
  /// Words for a person.
  fileprivate var title: String {
    switch self {
    case .mean: "the mean"
    case .nearest: "the nearest"
    case .shuffledInput: "shuffled input"
    case .shuffledTargets: "shuffled targets"
    }
  }
}
