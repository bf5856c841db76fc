import SpectraIO
import SpectraInfer
import SpectraMaps

/// Predictions as a table, one row a file.
struct PredictionRows {
  private var table: CSVText

  init() {
    let properties = MaterialProperty.allCases.flatMap { property in
      ["", "_error", "_lower_95", "_upper_95"].map { "\(property.name)" + $0 }
    }
    table = CSVText(
      columns: ["file", "status", "error"] + properties + [
        "flags", "novelty", "nearest", "distance", "onset_ev", "onset_error_ev", "shift_ev",
      ])
  }

  /// Adds a spectrum.
  mutating func add(_ predicted: PredictedSpectrum, _ model: borrowing Model) {
    let prediction = predicted.prediction
    let preparation = prediction.preparation
    var cells: [CSVText.Cell] = [.text(predicted.path), .whole(0), .text("")]
    for property in MaterialProperty.allCases {
      let estimate = prediction[property]
      cells += [
        .number(estimate.value), .number(estimate.standardError),
        .number(estimate.value - estimate.halfWidth95),
        .number(estimate.value + estimate.halfWidth95),
      ]
    }
    var nearest = ""
    if let first = predicted.neighbors.first {
      nearest = model.referenceIdentifier(first.reference)
    }
    cells += [
      .text(predicted.flags.map(\.name).joined(separator: " ")), .number(prediction.novelty),
      .text(nearest), .number(predicted.neighbors.first?.distance ?? .nan),
      .number(preparation?.onset?.energy ?? .nan), .number(preparation?.onset?.error ?? .nan),
      .number(preparation?.shift ?? .nan),
    ]
    table.add(cells)
  }

  /// Adds a file without a prediction.
  mutating func add(_ path: String, failed error: any Error) {
    let status = (error as? SpectraError).map { CSVText.Cell.whole(Int($0.code.rawValue)) }
    let empty = [CSVText.Cell](
      repeating: .text(""), count: 4 * MaterialProperty.allCases.count + 7)
    table.add([.text(path), status ?? .text(""), .text("\(error)")] + empty)
  }

  var text: String { table.text }
}
