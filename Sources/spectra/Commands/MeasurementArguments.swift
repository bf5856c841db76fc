import ArgumentParser
import SpectraIO
import SpectraInfer
import SpectraMaps

/// What is known of a measurement, as options of the commands that predict.
struct MeasurementArguments: ParsableArguments {
  @OptionGroup var background: BackgroundArguments

  // A value that begins with a minus sign is a number, not the next option.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Threshold on the spectrum's axis, eV (for threshold models).", valueName: "ev"))
  var threshold: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      What to add to the axis to reach the simulated one, eV (for absolute models); spectra \
      calibrate finds it.
      """, valueName: "ev"))
  var energyOffset: Double?

  @Option(
    help: ArgumentHelp(
      "Standard error of the energy offset, the threshold or the calibration, eV; widens intervals.",
      valueName: "ev"))
  var energyOffsetError: Double?

  @Option(
    name: .customLong("calibrate"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      An energy on the axis of the file and what it is truly, eV; once for an offset, twice for the \
      dispersion too.
      """, valueName: "measured=true"))
  var calibration: [CalibrationPoint] = []

  @Option(
    help: ArgumentHelp(
      """
      A low-loss spectrum taken together with these. The width of its zero-loss peak is the \
      resolution, if --resolution does not give it.
      """, valueName: "file"))
  var lowLoss: String?

  @Option(
    help: ArgumentHelp(
      "Energies of --low-loss where the file has none: a file of one a channel.",
      valueName: "file"))
  var lowLossAxis: String?

  @Flag(help: "Put the zero-loss peak of --low-loss at 0 eV, and the spectra with it (dual EELS).")
  var align = false

  @Flag(help: "Remove plural scattering with --low-loss (Fourier ratio).")
  var deconvolve = false

  @Option(
    help: ArgumentHelp(
      "Full width at half maximum of the measurement's resolution, eV.", valueName: "ev"))
  var resolution: Double?

  @Option(help: "What to do about spikes of cosmic rays and X-rays.")
  var spikes = SpikesName.report

  @Option(help: "Variance of the noise over the intensity: 1 for counts. (default: estimated)")
  var noiseGain: Double?

  func validate() throws {
    for (name, number) in numbers where !(number ?? 0).isFinite {
      throw ValidationError("--\(name) must be finite and in eV.")
    }
    guard (0...100).contains(energyOffsetError ?? 0) else {
      throw ValidationError("--energy-offset-error must be 0 to 100 eV.")
    }
    guard (0.0001...100).contains(resolution ?? 1) else {
      throw ValidationError("--resolution must be a full width of 0.0001 to 100 eV.")
    }
    guard (noiseGain ?? 1).isFinite, noiseGain ?? 1 > 0 else {
      throw ValidationError("--noise-gain must be above 0: 1 for counts.")
    }
    guard calibration.count <= 2 else {
      throw ValidationError("--calibrate may be given once or twice.")
    }
    if calibration.count == 2, calibration[0].measured == calibration[1].measured {
      throw ValidationError("--calibrate needs two different measured energies, or one alone.")
    }
    if lowLoss == nil, align || deconvolve || lowLossAxis != nil {
      throw ValidationError("--align, --deconvolve and --low-loss-axis need --low-loss.")
    }
    if align, !calibration.isEmpty {
      throw ValidationError("--align and --calibrate both set the axis; give one of them.")
    }
  }

  private var numbers: [(name: String, number: Double?)] {
    [("threshold", threshold), ("energy-offset", energyOffset)]
  }

  /// Opens the file of the low-loss spectra, and tells its warnings; nil where there is none.
  func lowLossFile() throws -> SpectrumFile? {
    try lowLoss.map { path in
      let file = try SpectrumFile(path: path, axis: lowLossAxis.map { .file($0) })
      file.tellWarnings()
      return file
    }
  }

  /// The resolution as far as it is known before a spectrum is prepared, eV: the one that was given,
  /// or the width of the first zero-loss peak.
  func knownResolution(_ lowLoss: SpectrumFile?) -> Double? {
    if let resolution { return resolution }
    guard let lowLoss, let spectrum = try? lowLoss.spectrum(0),
      let axis = try? EnergyAxis(spectrum.energies.span),
      let measured = try? Spectrum(axis: axis, intensities: spectrum.intensities.span)
    else { return nil }
    return (try? ZeroLossPeak(in: measured))?.width
  }

  /// The options as the library takes them.
  func options() throws -> MeasurementOptions {
    var options = MeasurementOptions(
      background: try background.rule(), threshold: threshold, energyOffset: energyOffset)
    options.axisError = energyOffsetError ?? 0
    options.spikes = spikes.handling
    options.resolution = resolution
    options.noiseGain = noiseGain
    if calibration.count == 2 {
      options.calibration = EnergyCalibration(
        measured: (calibration[0].measured, calibration[1].measured),
        true: (calibration[0].trueEnergy, calibration[1].trueEnergy))
    } else if let point = calibration.first {
      options.calibration = EnergyCalibration(measured: point.measured, true: point.trueEnergy)
    }
    if lowLoss != nil {
      if align { options.lowLossUse.insert(.align) }
      if deconvolve { options.lowLossUse.insert(.deconvolve) }
      if resolution == nil { options.lowLossUse.insert(.resolution) }
      // Without a use of its own it would be refused.
      if options.lowLossUse.isEmpty {
        throw ValidationError(
          "--low-loss with --resolution is of no use; add --align or --deconvolve.")
      }
    }
    return options
  }

  /// The options that were given, by name, for documents.
  func described() throws -> [(name: String, value: JSONText)] {
    let options = try options()
    var members: [(name: String, value: JSONText)] = []
    switch options.background {
    case nil: members.append(("background", .text("recipe")))
    case .alreadyRemoved: members.append(("background", .text("none")))
    case .powerLaw(let window):
      members.append(("background", .text("power_law")))
      members.append(("background_window_ev", .numbers([window.start, window.end])))
    }
    return members + [
      ("threshold_ev", .optional(threshold)), ("energy_offset_ev", .optional(energyOffset)),
      ("axis_error_ev", .number(options.axisError)),
      ("calibration_measured_ev", .numbers(calibration.map(\.measured))),
      ("calibration_true_ev", .numbers(calibration.map(\.trueEnergy))),
      ("low_loss_use", .list(options.lowLossUse.names.map { .text($0) })),
      ("resolution_fwhm_ev", .optional(resolution)), ("spikes", .text(spikes.rawValue)),
      ("noise_gain", .optional(noiseGain)),
    ]
  }
}

extension LowLossUse {
  /// The names of the uses: those of the C header without `SPECTRA_LOW_LOSS_`, in lower case.
  var names: [String] {
    [(LowLossUse.align, "align"), (.resolution, "resolution"), (.deconvolve, "deconvolve")]
      .filter { contains($0.0) }.map(\.1)
  }
}
