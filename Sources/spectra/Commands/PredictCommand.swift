import ArgumentParser
import SpectraIO
import SpectraInfer

/// `spectra predict`: a table of the six properties for each spectrum file.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Predict the properties of spectra in two-column text files.")

  @Option(name: .shortAndLong, help: "The model file.")
  var model: String

  @Argument(help: "Spectrum files: energy in eV and intensity in two columns.")
  var files: [String]

  @Flag(help: "The spectra have no background, or it is removed already.")
  var noBackground = false

  @Option(help: "Background window on the spectrum's axis, eV, such as 490:525.")
  var window: String?

  @Option(help: "Threshold on the spectrum's axis, eV (for threshold models).")
  var threshold: Double?

  @Option(help: "What to add to the axis to reach the simulated one, eV (for absolute models).")
  var energyOffset: Double?

  func validate() throws { _ = try options() }

  func run() throws {
    let file = try ModelFile(model)
    let options = try options()
    var failures = 0
    for path in files {
      do {
        let spectrum = try SpectrumFile(twoColumnText: path)
        var workspace = try file.model.makeWorkspace(channelCount: spectrum.energies.count)
        let prediction = try file.model.predict(
          Spectrum(
            axis: EnergyAxis(spectrum.energies.span), intensities: spectrum.intensities.span),
          options: options, using: &workspace)
        print(report(path, prediction, file.model))
      } catch let error as SpectraError {
        failures += 1
        print("\(path): \(error)\n")
      } catch let error as DataError {
        failures += 1
        print("\(error)\n")
      }
    }
    if failures > 0 { throw ExitCode.failure }
  }

  private func options() throws -> MeasurementOptions {
    var options = MeasurementOptions(threshold: threshold, energyOffset: energyOffset)
    if noBackground { options.background = .alreadyRemoved }
    if let window {
      let ends = window.split(separator: ":").compactMap { Double($0) }
      guard ends.count == 2, !noBackground, ends[0] < ends[1] else {
        throw ValidationError("--window takes two energies, such as 490:525, and a background.")
      }
      options.background = .powerLaw(window: EnergyWindow(start: ends[0], end: ends[1]))
    }
    return options
  }

  private func report(
    _ path: String, _ prediction: Prediction, _ model: borrowing Model
  ) -> String {
    var table = TextTable(header: [path, "value", "error", "95 % interval", "unit"])
    for property in MaterialProperty.allCases {
      let (estimate, decimals) = (prediction[property], property.decimals)
      table.add([
        property.title, fixed(estimate.value, decimals),
        "± " + fixed(estimate.standardError, decimals),
        fixed(estimate.value - estimate.halfWidth95, decimals) + " to "
          + fixed(estimate.value + estimate.halfWidth95, decimals), "\(property.unit)",
      ])
    }
    var lines = table.lines
    if let preparation = prediction.preparation {
      if let fit = preparation.background {
        lines.append(
          "background  A E^-r on \(fixed(fit.window.start, 1)) to \(fixed(fit.window.end, 1)) eV, "
            + "r = \(fixed(fit.exponent, 2)) ± \(fixed(fit.exponentError, 2))")
      }
      if let onset = preparation.onset {
        lines.append("onset       \(fixed(onset.energy, 2)) ± \(fixed(onset.error, 2)) eV")
      }
    }
    let nearest = (0..<prediction.neighborCount).map { rank in
      let neighbor = prediction.neighbors[rank]
      return "\(model.referenceIdentifier(neighbor.reference)) (\(fixed(neighbor.distance, 3)))"
    }
    lines.append("nearest     " + nearest.joined(separator: ", "))
    lines.append("novelty     \(fixed(100 * prediction.novelty, 0)) %")
    for flag in PredictionFlags.all where prediction.flags.contains(flag) {
      lines.append("warning     \(flag.sentence)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
