public import CSpectraInfer
internal import SpectraInfer

/// Fills options with the defaults; NULL is fine.
@_cdecl("spectra_options_init")
public func spectra_options_init(_ options: UnsafeMutablePointer<spectra_options>?) {
  guard let options = unsafe options else { return }
  var defaults = unsafe spectra_options()
  unsafe defaults.struct_size = UInt32(MemoryLayout<spectra_options>.stride)
  unsafe defaults.threshold_ev = .nan
  unsafe defaults.energy_offset_ev = .nan
  unsafe defaults.resolution_fwhm_ev = .nan
  unsafe defaults.noise_gain = .nan
  unsafe options.pointee = defaults
}

extension MeasurementOptions {
  /// Takes over the caller's options; NULL stands for the defaults.
  init(
    _ options: UnsafePointer<spectra_options>?, recipe: BackgroundRule
  ) throws(SpectraError) {
    self.init()
    guard let given = unsafe options else { return }
    try unsafe checkStructSize(
      Int(given.pointee.struct_size), MemoryLayout<spectra_options>.stride)
    let options = unsafe given.pointee
    // What they will mean is not known: a number in them is a mistake, or from a newer header.
    let reserved = unsafe options.reserved
    guard unsafe options.reserved_use == 0,
      reserved.0 == 0, reserved.1 == 0, reserved.2 == 0, reserved.3 == 0
    else {
      throw SpectraError(
        .option, "the reserved members must be 0; begin with spectra_options_init()")
    }
    background = try unsafe Self.background(options, recipe: recipe)
    let (threshold, energyOffset) = unsafe (options.threshold_ev, options.energy_offset_ev)
    let (resolution, noiseGain) = unsafe (options.resolution_fwhm_ev, options.noise_gain)
    if !threshold.isNaN { self.threshold = threshold }
    if !energyOffset.isNaN { self.energyOffset = energyOffset }
    if !resolution.isNaN { self.resolution = resolution }
    if !noiseGain.isNaN { self.noiseGain = noiseGain }
    unsafe axisError = options.axis_error_ev
    calibration = try unsafe Self.calibration(options)
    guard let spikes = unsafe SpikeHandling(rawValue: options.spikes.rawValue) else {
      throw SpectraError(
        .option, "spikes must be one of SPECTRA_SPIKES_*",
        found: Double(unsafe options.spikes.rawValue))
    }
    self.spikes = spikes
    unsafe lowLossUse = LowLossUse(rawValue: options.low_loss_use)
  }

  private static func background(
    _ options: spectra_options, recipe: BackgroundRule
  ) throws(SpectraError) -> BackgroundRule? {
    let window = unsafe EnergyWindow(
      start: options.background_start_ev, end: options.background_end_ev)
    let usesRecipesWindow = window.start == 0 && window.end == 0
    let rule = unsafe options.background
    switch rule {
    case SPECTRA_BACKGROUND_NONE:
      return .alreadyRemoved
    case SPECTRA_BACKGROUND_RECIPE where usesRecipesWindow:
      return nil
    case SPECTRA_BACKGROUND_RECIPE:
      // A window says that there is a background, whatever the recipe has.
      return .powerLaw(window: window)
    case SPECTRA_BACKGROUND_POWER_LAW where !usesRecipesWindow:
      return .powerLaw(window: window)
    case SPECTRA_BACKGROUND_POWER_LAW:
      guard case .powerLaw = recipe else {
        throw SpectraError(
          .option, "the model's recipe has no background window; give one")
      }
      return recipe
    default:
      throw SpectraError(
        .option, "background must be one of SPECTRA_BACKGROUND_*", found: Double(rule.rawValue))
    }
  }

  private static func calibration(
    _ options: spectra_options
  ) throws(SpectraError) -> EnergyCalibration? {
    let measured = unsafe options.calibration_measured_ev
    let energies = unsafe options.calibration_true_ev
    let count = unsafe options.calibration_point_count
    switch count {
    case 0: return nil
    case 1: return EnergyCalibration(measured: measured.0, true: energies.0)
    case 2: return EnergyCalibration(measured: measured, true: energies)
    default:
      throw SpectraError(
        .option, "calibration_point_count must be 0, 1 or 2", found: Double(count))
    }
  }
}
