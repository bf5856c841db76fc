import SpectraIO
import SpectraInfer

/// A table of errors by predictor and property, for one seed or one part of the data after the
/// other.
struct ErrorRows {
  private(set) var text: CSVText

  /// An empty table whose first column is named `key`.
  init(by key: String) {
    text = CSVText(columns: [
      key, "predictor", "property", "count", "mean_absolute_error", "root_mean_square_error", "r2",
      "percentile_95",
    ])
  }

  mutating func add(_ errors: ErrorTable, key: CSVText.Cell) {
    for predictor in Predictor.allCases {
      for property in MaterialProperty.allCases {
        let measures = errors[property, predictor]
        text.add([
          key, .text(predictor.rawValue), .text("\(property.name)"), .whole(measures.count),
          .number(measures.meanAbsolute), .number(measures.rootMeanSquare), .number(measures.r2),
          .number(measures.percentile95),
        ])
      }
    }
  }
}
