import SpectraIO
import SpectraInfer

/// `predictions.csv` of a cross-validation: a row for each property of each spectrum, in the fold
/// that it is tested in.
struct PredictionTable {
  static let name = "predictions.csv"

  private(set) var text = CSVText(columns: [
    "seed", "fold", "spectrum", "property", "expected", "predicted", "standard_error",
    "half_width_68", "half_width_95", "novelty", "nearest", "nearest_distance",
  ])

  /// Adds the results of one model.
  mutating func add(_ predictions: [SpectrumPrediction], seed: UInt64, fold: Int) {
    for prediction in predictions {
      for property in MaterialProperty.allCases {
        let estimate = prediction.estimates[property.rawValue]
        text.add([
          .seed(seed), .whole(fold), .text(prediction.spectrum), .text("\(property.name)"),
          .number(prediction.expected[property]), .number(estimate.value),
          .number(estimate.standardError), .number(estimate.halfWidth68),
          .number(estimate.halfWidth95), .number(prediction.novelty),
          .text(prediction.nearest?.spectrum ?? ""), .number(prediction.nearest?.distance ?? .nan),
        ])
      }
    }
  }
}
