import SpectraInfer
import SpectraMaps

/// A prediction as text for a person.
struct PredictionReport {
  let lines: [String]

  init(_ predicted: PredictedSpectrum, _ model: borrowing Model, _ colors: Colors) {
    let prediction = predicted.prediction
    var table = TextTable(header: ["property", "value", "error", "95 % interval", "unit"])
    for property in MaterialProperty.allCases {
      let (estimate, decimals) = (prediction[property], property.decimals)
      table.add([
        property.title, fixed(estimate.value, decimals),
        "± " + fixed(estimate.standardError, decimals),
        fixed(estimate.value - estimate.halfWidth95, decimals) + " to "
          + fixed(estimate.value + estimate.halfWidth95, decimals), "\(property.unit)",
      ])
    }
    var text = LabelledLines()
    for warning in predicted.warnings { text.add("file", warning) }
    if let preparation = prediction.preparation { Self.add(preparation, to: &text) }
    var nearest: [String] = []
    for (rank, neighbor) in predicted.neighbors.enumerated() {
      let distance = (rank == 0 ? "distance " : "") + fixed(neighbor.distance, 3)
      nearest.append("\(model.referenceIdentifier(neighbor.reference)) (\(distance))")
    }
    if !nearest.isEmpty {
      text.add("nearest", nearest.joined(separator: ", "))
      text.add(
        "novelty",
        percent(prediction.novelty) + " of the references are nearer to another material")
    }
    let plain = text.lines
    var warnings = LabelledLines()
    for flag in predicted.flags { warnings.add("warning", "\(flag.sentence)") }
    lines = [predicted.path] + table.lines + plain + warnings.lines.map { colors.warning($0) }
  }

  /// What was done to the spectrum, step by step; steps that were not taken are left out.
  private static func add(_ preparation: Preparation, to text: inout LabelledLines) {
    let calibration = preparation.calibration
    if let zeroLoss = preparation.zeroLoss {
      text.add(
        "zero loss",
        "at \(fixed(zeroLoss.energy, 3)) ± \(fixed(zeroLoss.error, 3)) eV, "
          + "\(fixed(zeroLoss.width, 2)) eV wide")
    }
    if calibration != .identity {
      let factor = calibration.factor == 1 ? "" : "\(short(calibration.factor)) times the axis, "
      let sign = calibration.offset < 0 ? "-" : "+"
      text.add("axis", "\(factor)\(sign) \(fixed(calibration.offset.magnitude, 3)) eV")
    }
    if preparation.spikeCount > 0, let energy = preparation.spikeEnergy {
      text.add(
        "spikes",
        counted(preparation.spikeCount, "spike", "spikes") + ", the first at "
          + "\(fixed(energy, 1)) eV")
    }
    if let fit = preparation.background {
      text.add(
        "background",
        "A E^-r on \(fixed(fit.window.start, 1)) to \(fixed(fit.window.end, 1)) eV, "
          + "r = \(fixed(fit.exponent, 2)) ± \(fixed(fit.exponentError, 2))")
    }
    if let thickness = preparation.thickness {
      text.add("thickness", "\(fixed(thickness, 2)) mean free paths, plural scattering removed")
    }
    if let onset = preparation.onset {
      text.add("onset", "\(fixed(onset.energy, 2)) ± \(fixed(onset.error, 2)) eV")
    }
    if let resolution = preparation.resolution {
      let sigma = preparation.addedBroadening
      text.add(
        "resolution",
        "\(fixed(resolution, 2)) eV"
          + (sigma > 0 ? ", broadened by a Gaussian of \(fixed(sigma, 2)) eV" : ""))
    }
  }
}
