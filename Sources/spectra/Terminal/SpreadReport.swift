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
    var means = TextTable(header: ["mean abs. error", "model", "mean", "nearest", "unit", "ratio"])
    var others = TextTable(header: [
      "errors of the model", "RMS", "P95", "R2", "in 68 %", "in 95 %",
    ])
    for property in MaterialProperty.allCases {
      let decimals = property.decimals
      means.add([
        property.title, spread(decimals) { $0[property, .network].meanAbsolute },
        fixed(average { $0[property, .mean].meanAbsolute }, decimals),
        fixed(average { $0[property, .nearest].meanAbsolute }, decimals), "\(property.unit)",
        spread(2) { $0.ratio(property) },
      ])
      others.add([
        property.title, spread(decimals) { $0[property, .network].rootMeanSquare },
        spread(decimals) { $0[property, .network].percentile95 },
        spread(2) { $0[property, .network].r2 },
        percent(average { $0.coverage(property).within68 }),
        percent(average { $0.coverage(property).within95 }),
      ])
    }
    return means.lines + [""] + others.lines
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
