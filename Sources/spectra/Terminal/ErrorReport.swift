import SpectraInfer
import SpectraTrain

/// An error table as text for a person.
struct ErrorReport {
  private let table: ErrorTable

  init(_ table: ErrorTable) {
    self.table = table
  }

  var lines: [String] {
    var text = TextTable(header: [
      "mean absolute error", "model", "mean", "nearest", "unit", "ratio to mean", "in 68 %",
      "in 95 %",
    ])
    for property in MaterialProperty.allCases {
      let decimals = property.decimals
      let coverage = table.coverage(property)
      text.add([
        property.title, fixed(table.modelError(property), decimals),
        fixed(table.meanError(property), decimals), fixed(table.nearestError(property), decimals),
        "\(property.unit)", fixed(table.modelError(property) / table.meanError(property), 2),
        fixed(100 * coverage.within68, 0) + " %", fixed(100 * coverage.within95, 0) + " %",
      ])
    }
    return text.lines
  }
}
