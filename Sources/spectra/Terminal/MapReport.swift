import SpectraInfer
import SpectraMaps

/// The maps of an image as text for a person.
struct MapReport {
  let lines: [String]

  init(_ summary: MapSummary, _ shape: MapShape, folder: String, _ colors: Colors) {
    var table = TextTable(header: ["property", "mean", "over pixels", "mean error", "unit"])
    for moments in summary.properties {
      let decimals = moments.property.decimals
      table.add([
        moments.property.title, fixed(moments.mean, decimals),
        "± " + fixed(moments.deviation, decimals), fixed(moments.meanError, decimals),
        "\(moments.property.unit)",
      ])
    }
    var text = LabelledLines()
    text.add("maps", "\(shape.rows) x \(shape.columns) pixels in \(folder)")
    text.add("predicted", "\(summary.predictedCount) of \(shape.count) pixels")
    for (status, count) in summary.reasons {
      text.add("failed", "\(counted(count, "pixel", "pixels")): \(MapSummary.reason(status))")
    }
    var warnings = LabelledLines()
    for (flag, count) in summary.flags {
      warnings.add("warning", "\(counted(count, "pixel", "pixels")): \(flag.sentence)")
    }
    lines = table.lines + text.lines + warnings.lines.map { colors.warning($0) }
  }
}
