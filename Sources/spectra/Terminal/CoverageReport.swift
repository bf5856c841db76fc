import SpectraInfer
import SpectraTrain

/// How often the intervals hold, as text for a person: of all spectra and in the thirds by novelty.
struct CoverageReport {
  let lines: [String]

  init(_ coverage: CoverageTable) {
    var table = TextTable(header: [
      "true values within", "68 %: all", "near", "middle", "far", "95 %: all", "near", "middle",
      "far", "values",
    ])
    for property in MaterialProperty.allCases.map({ Optional($0) }) + [nil] {
      let all = coverage.share(property)
      if all.count == 0 { continue }
      let thirds = (0..<3).map { coverage.share(property, third: $0) }
      table.add(
        [property?.title ?? "all together", percent(all.within68)]
          + thirds.map { percent($0.within68) } + [percent(all.within95)]
          + thirds.map { percent($0.within95) } + ["\(all.count)"])
    }
    lines = table.lines
  }
}
