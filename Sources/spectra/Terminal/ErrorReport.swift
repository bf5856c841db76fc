import SpectraInfer
import SpectraTrain

/// Errors as text for a person.
struct ErrorReport {
  private static let header = ["mean abs. error", "model", "mean", "nearest"]
  private static let measures = ["RMS", "P95", "R2"]
  /// What the columns are.
  static let legend = """
    RMS, P95, R2: root mean square, 95th percentile and coefficient of determination of the model;
    in 68 %, in 95 %: true values that lie in the interval.
    """

  let lines: [String]

  /// Mean absolute errors of the model, of predicting the mean and of the nearest reference; root
  /// mean square, 95th percentile and R2 of the model; and how many true values lie inside the
  /// intervals.
  init(_ errors: ErrorTable) {
    var table = TextTable(header: Self.header + Self.measures + ["unit", "in 68 %", "in 95 %"])
    for property in MaterialProperty.allCases {
      let decimals = property.decimals
      let (model, coverage) = (errors[property, .network], errors.coverage(property))
      table.add([
        property.title, fixed(model.meanAbsolute, decimals),
        fixed(errors[property, .mean].meanAbsolute, decimals),
        fixed(errors[property, .nearest].meanAbsolute, decimals),
        fixed(model.rootMeanSquare, decimals), fixed(model.percentile95, decimals),
        Self.determination(model.r2), "\(property.unit)", percent(coverage.within68),
        percent(coverage.within95),
      ])
    }
    lines = table.lines
  }

  /// The errors that a model card tells; one of an older version tells mean absolute errors alone.
  init(_ errors: [ModelCard.PropertyError]) {
    let isFull = errors.contains { $0.root_mean_square_error != nil }
    var table = TextTable(header: Self.header + (isFull ? Self.measures : []) + ["unit"])
    for error in errors {
      let property = MaterialProperty.allCases.first { "\($0.name)" == error.property }
      let decimals = property?.decimals ?? 4
      let measures = [
        fixed(error.root_mean_square_error ?? .nan, decimals),
        fixed(error.percentile_95 ?? .nan, decimals), Self.determination(error.r2 ?? .nan),
      ]
      table.add(
        [
          property?.title ?? error.property, fixed(error.mean_absolute_error, decimals),
          fixed(error.predicting_the_mean, decimals), fixed(error.nearest_reference, decimals),
        ] + (isFull ? measures : []) + [error.unit])
    }
    lines = table.lines
  }

  /// R2 in a few characters: of some equal spectra it is any number below zero.
  private static func determination(_ r2: Double) -> String { r2 < -9.994 ? "< -10" : fixed(r2, 2) }
}
