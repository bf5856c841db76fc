import ArgumentParser
import Foundation
import SpectraIO
import SpectraInfer
import SpectraMaps
import SpectraTrain

/// `spectra calibrate`: the energy offset between a measured axis and the simulated one.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Find the offset of the energy axis from a measured spectrum of a known material.",
    discussion: """
      Compares the measured spectrum, its background removed, with the simulated one of that \
      material: the mean over its oxygen sites. Measure the reference as the specimen, in the same \
      session, and give --low-loss here if predictions are made with --low-loss and --align.
      """)

  @Argument(help: "A spectrum of the known material.")
  var reference: String

  @Option(help: "The material, such as mp-7000 for alpha-quartz: the column material of sites.csv.")
  var material: String

  @Option(
    help: ArgumentHelp(
      "Folder of the database, with sites.csv and transitions.csv. (default: that of the program)",
      valueName: "folder"))
  var data: String?

  @OptionGroup var axis: AxisOptions
  @OptionGroup var background: BackgroundArguments

  @Option(
    help: ArgumentHelp(
      "The low-loss spectrum taken with it, whose zero-loss peak is put at 0 eV.",
      valueName: "file"))
  var lowLoss: String?

  @Option(
    help: ArgumentHelp(
      "Energies of --low-loss where the file has none: a file of one a channel.",
      valueName: "file"))
  var lowLossAxis: String?

  @Option(help: "Full width at half maximum of the resolution, eV. (default: that of the model)")
  var resolution: Double?

  @Flag(help: "Write one JSON document.")
  var json = false

  func validate() throws {
    guard lowLoss != nil || lowLossAxis == nil else {
      throw ValidationError("--low-loss-axis needs --low-loss.")
    }
    guard (0.01...10).contains(resolution ?? 1) else {
      throw ValidationError("--resolution must be a full width of 0.01 to 10 eV.")
    }
  }

  func run() throws {
    let file = try ModelFile(ShippedModel.edge.path())
    let measured = try SpectrumFile(path: reference, axis: axis.source)
    measured.tellWarnings()
    let spectrum = try measured.spectrum()
    let lowLoss = try lowLoss.map { path in
      let file = try SpectrumFile(path: path, axis: lowLossAxis.map { .file($0) })
      file.tellWarnings()
      return try file.spectrum()
    }
    let simulated = try MaterialSpectrum(
      material, in: Database(folder: folder()),
      sigma: resolution.map { $0 / (8 * log(2.0)).squareRoot() }
        ?? file.model.preprocessor.broadeningSigma)
    let found: AxisOffset
    do {
      found = try offset(of: spectrum, lowLoss, simulated, file.model)
    } catch {
      throw DataError("\(reference): \(error)")
    }
    if json {
      try StandardOutput.write(document(found).document)
    } else {
      try StandardOutput.write(lines(found).joined(separator: "\n") + "\n")
    }
  }

  /// Removes the background as a prediction does, and compares what is left.
  private func offset(
    of spectrum: MeasuredSpectrum, _ lowLoss: MeasuredSpectrum?, _ simulated: MaterialSpectrum,
    _ model: borrowing Model
  ) throws -> AxisOffset {
    let recipe = model.preprocessor
    var options = MeasurementOptions(background: try background.rule())
    if lowLoss != nil { options.lowLossUse = .align }
    var workspace = try model.makeWorkspace(
      channelCount: max(spectrum.energies.count, lowLoss?.energies.count ?? 0))
    let raw = try Spectrum(
      axis: EnergyAxis(spectrum.energies.span), intensities: spectrum.intensities.span)
    let preparation: Preparation
    if let lowLoss {
      preparation = try recipe.prepare(
        raw,
        lowLoss: Spectrum(
          axis: EnergyAxis(lowLoss.energies.span), intensities: lowLoss.intensities.span),
        options: options, using: &workspace)
    } else {
      preparation = try recipe.prepare(raw, options: options, using: &workspace)
    }
    let energies = spectrum.energies.map { preparation.calibration.energy($0) }
    let signal = zip(energies, spectrum.intensities).map { energy, intensity in
      Double(intensity) - (preparation.background?.intensity(at: energy) ?? 0)
    }
    return try AxisOffset(
      energies: energies, signal: signal, variances: variances(spectrum, preparation),
      reference: simulated)
  }

  /// The noise of each channel: counts times the dispersion that the background's fit found, or,
  /// without a background, the same for all channels, from their second differences.
  private func variances(_ spectrum: MeasuredSpectrum, _ preparation: Preparation) -> [Double] {
    let counts = spectrum.intensities.map { Double($0) }
    if let fit = preparation.background { return counts.map { max(0, $0) * fit.dispersion } }
    let squares = (1..<counts.count - 1).reduce(0.0) { sum, channel in
      let difference = counts[channel - 1] - 2 * counts[channel] + counts[channel + 1]
      return sum + difference * difference
    }
    let variance = squares / (6 * Double(counts.count - 2))
    return counts.map { _ in variance }
  }

  private func folder() throws -> String {
    if let data { return data }
    let models = URL(fileURLWithPath: try ShippedModel.edge.path()).deletingLastPathComponent()
    let folder = models.deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder + "/sites.csv") else {
      throw DataError("the database is not beside the program; give its folder with --data")
    }
    return folder
  }

  /// The options that use the offset.
  private func arguments(_ found: AxisOffset) -> String {
    "--energy-offset=\(fixed(found.offset, 3)) --energy-offset-error=\(fixed(found.standardError, 3))"
  }

  private func lines(_ found: AxisOffset) -> [String] {
    var text = LabelledLines()
    text.add("offset", "\(fixed(found.offset, 3)) ± \(fixed(found.standardError, 3)) eV")
    text.add("correlation", fixed(found.correlation, 3))
    text.add("residuals", "\(fixed(found.misfit, 1)) times the noise")
    // Noise alone lowers the correlation too, but leaves nothing beyond itself.
    if found.correlation < 0.9, found.misfit > 1.5 {
      text.add(
        "warning",
        "The spectrum is not much like that of \(material): check the material and the background.")
    }
    text.add("use it as", arguments(found))
    return ["\(reference), compared with \(material)"] + text.lines
  }

  private func document(_ found: AxisOffset) -> JSONText {
    .members([
      ("format", .text("spectra-infer calibration")), ("format_version", .whole(1)),
      ("software", .text("SpectraInfer \(LibraryVersion.text)")), ("file", .text(reference)),
      ("material", .text(material)), ("energy_offset_ev", .number(found.offset)),
      ("axis_error_ev", .number(found.standardError)), ("correlation", .number(found.correlation)),
      ("residuals_over_noise", .number(found.misfit)), ("arguments", .text(arguments(found))),
    ])
  }
}
