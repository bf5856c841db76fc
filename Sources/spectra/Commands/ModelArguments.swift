import ArgumentParser
import SpectraIO
import SpectraInfer

/// The model that predicts, as an option.
struct ModelArguments: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      """
      The model file. (default: of the models that come with the program the one that fits what is \
      known of the axis)
      """, valueName: "file"))
  var model: String?

  /// Which model it is, and why, where that was not said.
  func choice(
    for options: MeasurementOptions, resolution: Double?
  ) throws -> (path: String, reason: String?) {
    if let model { return (model, nil) }
    let (shipped, reason) = ShippedModel.choice(for: options, resolution: resolution)
    return (try shipped.path(), reason)
  }
}
