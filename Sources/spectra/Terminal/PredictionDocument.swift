import SpectraIO
import SpectraInfer
import SpectraMaps
import SpectraTrain

/// Predictions as one JSON document: docs/command-line.md says what is in it. Names of numbers are
/// those of the C header.
struct PredictionDocument {
  private static let format = "spectra-infer prediction"
  private static let formatVersion = 1

  private let model: JSONText
  private let options: JSONText
  private var predictions: [JSONText] = []

  /// A document without predictions.
  ///
  /// - Parameters:
  ///   - reason: why this model was chosen; nil where it was given.
  ///   - options: those that were given.
  init(
    _ file: borrowing ModelFile, path: String, reason: String?,
    options: [(name: String, value: JSONText)]
  ) {
    let recipe = file.model.preprocessor
    model = .members([
      ("name", .text(file.card.name)), ("path", .text(path)), ("reason", .optional(reason)),
      ("alignment", .text("\(recipe.alignment.name)")),
      ("grid_start_ev", .number(recipe.grid.start)), ("grid_step_ev", .number(recipe.grid.step)),
      ("feature_count", .whole(recipe.grid.count)),
      ("broadening_sigma_ev", .number(recipe.broadeningSigma)),
    ])
    self.options = .members(options)
  }

  /// Adds a spectrum.
  mutating func add(_ predicted: PredictedSpectrum, _ model: borrowing Model) {
    let prediction = predicted.prediction
    var neighbors: [JSONText] = []
    for neighbor in predicted.neighbors { neighbors.append(Self.neighbor(neighbor, model)) }
    let head: [(name: String, value: JSONText)] = [
      ("file", .text(predicted.path)), ("title", .optional(predicted.spectrum.metadata.title)),
      ("status", .whole(0)), ("error", .null),
      ("warnings", .list(predicted.warnings.map { .text($0) })),
      (
        "properties",
        .members(MaterialProperty.allCases.map { ("\($0.name)", Self.estimate($0, prediction)) })
      ),
      ("flags", .list(predicted.flags.map(Self.flag))), ("novelty", .number(prediction.novelty)),
      ("neighbors", .list(neighbors)),
      ("preparation", prediction.preparation.map(Self.preparation) ?? .null),
    ]
    let arrays: [(name: String, value: JSONText)] = [
      ("energy_ev", .numbers(predicted.spectrum.energies)),
      ("intensity", .intensities(predicted.spectrum.intensities)),
      ("background", predicted.background.map { .numbers($0) } ?? .null),
      ("features", .intensities(predicted.features)),
    ]
    predictions.append(.members(head + arrays))
  }

  /// Adds a file without a prediction.
  mutating func add(_ path: String, failed error: any Error) {
    let status = (error as? SpectraError).map { JSONText.whole(Int($0.code.rawValue)) } ?? .null
    predictions.append(
      .members([("file", .text(path)), ("status", status), ("error", .text("\(error)"))]))
  }

  /// The document.
  var text: JSONText {
    .members([
      ("format", .text(Self.format)), ("format_version", .whole(Self.formatVersion)),
      ("software", .text("SpectraInfer \(LibraryVersion.text)")), ("model", model),
      ("options", options), ("predictions", .list(predictions)),
    ])
  }

  private static func estimate(
    _ property: MaterialProperty, _ prediction: Prediction
  ) -> JSONText {
    let estimate = prediction[property]
    return .members([
      ("unit", .text("\(property.unit)")), ("value", .number(estimate.value)),
      ("standard_error", .number(estimate.standardError)),
      ("measurement_error", .number(estimate.measurementError)),
      ("lower_68", .number(estimate.value - estimate.halfWidth68)),
      ("upper_68", .number(estimate.value + estimate.halfWidth68)),
      ("lower_95", .number(estimate.value - estimate.halfWidth95)),
      ("upper_95", .number(estimate.value + estimate.halfWidth95)),
    ])
  }

  private static func flag(_ flag: PredictionFlags) -> JSONText {
    .members([
      ("bit", .whole(flag.rawValue.trailingZeroBitCount)), ("name", .text(flag.name)),
      ("sentence", .text("\(flag.sentence)")),
    ])
  }

  private static func neighbor(_ neighbor: Neighbor, _ model: borrowing Model) -> JSONText {
    let properties = model.referenceProperties(neighbor.reference)
    let count = model.featureCount
    let all = model.referenceFeatures
    let features = (0..<count).map { all[neighbor.reference * count + $0] }
    return .members([
      ("id", .text(model.referenceIdentifier(neighbor.reference))),
      ("reference", .whole(neighbor.reference)), ("distance", .number(neighbor.distance)),
      (
        "properties",
        .members(MaterialProperty.allCases.map { ("\($0.name)", .number(properties[$0])) })
      ),
      ("features", .intensities(features)),
    ])
  }

  private static func preparation(_ preparation: Preparation) -> JSONText {
    let fit = preparation.background
    let zeroLoss = preparation.zeroLoss
    let preEdge = preparation.preEdge
    let background: [(name: String, value: JSONText)] = [
      ("alignment", .text("\(preparation.alignment.name)")),
      ("background", .text(fit == nil ? "none" : "power_law")),
      ("background_channels", .whole(fit?.channelCount ?? 0)),
      ("background_start_ev", .optional(fit?.window.start)),
      ("background_end_ev", .optional(fit?.window.end)),
      ("background_amplitude", .optional(fit?.amplitude)),
      ("background_amplitude_error", .optional(fit?.amplitudeError)),
      ("background_exponent", .optional(fit?.exponent)),
      ("background_exponent_error", .optional(fit?.exponentError)),
      ("background_covariance", .optional(fit?.covariance)),
      ("background_dispersion", .optional(fit?.dispersion)),
      ("background_residual_slope", .optional(fit?.residualSlope)),
      ("background_residual_significance", .optional(fit?.residualSignificance)),
    ]
    return .members(
      background + [
        ("calibration_offset_ev", .number(preparation.calibration.offset)),
        ("calibration_factor", .number(preparation.calibration.factor)),
        ("zero_loss_ev", .optional(zeroLoss?.energy)),
        ("zero_loss_error_ev", .optional(zeroLoss?.error)),
        ("zero_loss_fwhm_ev", .optional(zeroLoss?.width)),
        ("low_loss_use", .list(preparation.lowLossUse.names.map { .text($0) })),
        ("thickness", .optional(preparation.thickness)),
        ("spike_count", .whole(preparation.spikeCount)),
        ("spike_ev", .optional(preparation.spikeEnergy)),
        ("saturated_channels", .whole(preparation.defects.saturated)),
        ("constant_channels", .whole(preparation.defects.constant)),
        ("pre_edge_excess", .optional(preEdge?.excess)),
        ("pre_edge_significance", .optional(preEdge?.significance)),
        ("onset_ev", .optional(preparation.onset?.energy)),
        ("onset_error_ev", .optional(preparation.onset?.error)),
        ("shift_ev", .number(preparation.shift)),
        ("resolution_fwhm_ev", .optional(preparation.resolution)),
        ("broadening_sigma_ev", .number(preparation.addedBroadening)),
        ("noise_gain", .optional(preparation.noiseGain)),
        ("channel_width_ev", .number(preparation.channelWidth)),
        ("area", .number(preparation.area)),
        ("negative_fraction", .number(preparation.negativeFraction)),
      ])
  }
}
