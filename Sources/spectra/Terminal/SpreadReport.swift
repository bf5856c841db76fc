import SpectraInfer
import SpectraTrain

/// The error tables of several seeds as text for a person: means, the model's with the standard
/// deviation over the seeds.
struct SpreadReport {
  private let tables: [ErrorTable]

  init(_ tables: [ErrorTable]) {
    self.tables = tables
  }

  var lines: [String] {
    var errors = TextTable(header: [
      "mean abs. error", "model", "mean", "nearest", "unit", "ratio",
    ])
    var coverage = TextTable(header: ["true values in the interval", "68 %", "95 %"])
    for property in MaterialProperty.allCases {
      let decimals = property.decimals
      errors.add([
        property.title, spread(decimals) { $0[property, .network].meanAbsolute },
        fixed(average { $0[property, .mean].meanAbsolute }, decimals),
        fixed(average { $0[property, .nearest].meanAbsolute }, decimals), "\(property.unit)",
        spread(2) { $0.ratio(property) },
      ])
      coverage.add([
        property.title, percent(average { $0.coverage(property).within68 }),
        percent(average { $0.coverage(property).within95 }),
      ])
    }
    return errors.lines + [""] + coverage.lines
  }

  private func average(_ value: (ErrorTable) -> Double) -> Double {
    tables.reduce(0) { $0 + value($1) } / Double(tables.count)
  }

  /// Mean and standard deviation (n - 1) over the seeds.
  private func spread(_ decimals: Int, _ value: (ErrorTable) -> Double) -> String {
    let mean = average(value)
    let squares = tables.reduce(0) { $0 + (value($1) - mean) * (value($1) - mean) }
    let deviation = (squares / Double(tables.count - 1)).squareRoot()
    return fixed(mean, decimals) + " ± " + fixed(deviation, decimals)
  }
}
