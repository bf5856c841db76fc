import SpectraInfer
import SpectraTrain

/// Errors as text for a person.
struct ErrorReport {
  let lines: [String]

  /// Mean absolute errors of the model, of predicting the mean and of the nearest reference; the
  /// first over the second; and how many true values lie inside the intervals.
  init(_ errors: ErrorTable) {
    var table = TextTable(header: [
      "mean abs. error", "model", "mean", "nearest", "unit", "ratio", "in 68 %", "in 95 %",
    ])
    for property in MaterialProperty.allCases {
      let decimals = property.decimals
      let coverage = errors.coverage(property)
      let (model, mean) = (
        errors[property, .network].meanAbsolute, errors[property, .mean].meanAbsolute
      )
      table.add([
        property.title, fixed(model, decimals), fixed(mean, decimals),
        fixed(errors[property, .nearest].meanAbsolute, decimals), "\(property.unit)",
        fixed(model / mean, 2),
        percent(coverage.within68), percent(coverage.within95),
      ])
    }
    lines = table.lines
  }

  /// The errors that a model card tells.
  init(_ errors: [ModelCard.PropertyError]) {
    var table = TextTable(header: [
      "mean abs. error", "model", "mean", "nearest", "unit", "spectra",
    ])
    for error in errors {
      let property = MaterialProperty.allCases.first { "\($0.name)" == error.property }
      let decimals = property?.decimals ?? 4
      table.add([
        property?.title ?? error.property, fixed(error.mean_absolute_error, decimals),
        fixed(error.predicting_the_mean, decimals), fixed(error.nearest_reference, decimals),
        error.unit, "\(error.count)",
      ])
    }
    lines = table.lines
  }
}
