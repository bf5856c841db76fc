import SpectraIO
import SpectraInfer

/// A table of prepared intensities: a row for each spectrum, a column for each energy of the grid.
struct FeatureRows {
  private(set) var text: CSVText

  init(_ grid: FeatureGrid) {
    // Multiples of the step as a person writes them: 0.3 and not 0.30000000000000004.
    let energies = (0..<grid.count).map { point in
      "\((grid.energy(point) * 1e9).rounded() / 1e9)"
    }
    text = CSVText(columns: ["spectrum"] + energies)
  }

  mutating func add(_ spectrum: String, _ features: some Sequence<Float>) {
    text.add([.text(spectrum)] + features.map { .intensity($0) })
  }
}
