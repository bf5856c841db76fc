import ArgumentParser
import Foundation
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
    var isComplete = true
    for path in files {
      do {
        let spectrum = try SpectrumFile(path: path).spectrum()
        var workspace = try file.model.makeWorkspace(channelCount: spectrum.energies.count)
        let prediction = try file.model.predict(
          Spectrum(
            axis: EnergyAxis(spectrum.energies.span), intensities: spectrum.intensities.span),
          options: options, using: &workspace)
        print(report(path, prediction, file.model))
      } catch let error as SpectraError {
        isComplete = false
        complain("\(path): \(error)")
      } catch let error as DataError {
        isComplete = false
        complain("\(error)")
      }
    }
    if !isComplete { throw ExitCode.failure }
  }

  private func complain(_ sentence: String) {
    FileHandle.standardError.write(Data("Error: \(sentence)\n".utf8))
  }

  private func options() throws -> MeasurementOptions {
    for (name, energy) in [("threshold", threshold), ("energy-offset", energyOffset)] {
      guard energy?.isFinite ?? true else {
        throw ValidationError("--\(name) must be finite and in eV.")
      }
    }
    var options = MeasurementOptions(threshold: threshold, energyOffset: energyOffset)
    if noBackground { options.background = .alreadyRemoved }
    if let window {
      guard !noBackground else {
        throw ValidationError("--window is where a background is; leave out --no-background.")
      }
      let ends = window.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
      guard ends.count == 2, let start = ends[0], let end = ends[1], start < end else {
        throw ValidationError(
          "--window takes two rising energies in eV, such as 490:525, not \(window).")
      }
      options.background = .powerLaw(window: EnergyWindow(start: start, end: end))
    }
    return options
  }

  private func report(
    _ path: String, _ prediction: Prediction, _ model: borrowing Model
  ) -> String {
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
    if let preparation = prediction.preparation {
      if let fit = preparation.background {
        text.add(
          "background",
          "A E^-r on \(fixed(fit.window.start, 1)) to \(fixed(fit.window.end, 1)) eV, "
            + "r = \(fixed(fit.exponent, 2)) ± \(fixed(fit.exponentError, 2))")
      }
      if let onset = preparation.onset {
        text.add("onset", "\(fixed(onset.energy, 2)) ± \(fixed(onset.error, 2)) eV")
      }
    }
    let nearest = (0..<prediction.neighborCount).map { rank in
      let neighbor = prediction.neighbors[rank]
      let distance = (rank == 0 ? "distance " : "") + fixed(neighbor.distance, 3)
      return "\(model.referenceIdentifier(neighbor.reference)) (\(distance))"
    }
    if !nearest.isEmpty {
      text.add("nearest", nearest.joined(separator: ", "))
      text.add(
        "novelty", percent(prediction.novelty) + " of the references are nearer to another material"
      )
    }
    for flag in PredictionFlags.all where prediction.flags.contains(flag) {
      text.add("warning", "\(flag.sentence)")
    }
    return ([path] + table.lines + text.lines).joined(separator: "\n") + "\n"
  }
}
