public import CSpectraInfer
internal import SpectraInfer

/// Fills options with the defaults; NULL is fine.
@_cdecl("spectra_options_init")
public func spectra_options_init(_ options: UnsafeMutablePointer<spectra_options>?) {
  guard let options = unsafe options else { return }
  unsafe options.pointee = spectra_options(
    struct_size: UInt32(MemoryLayout<spectra_options>.stride),
    background: SPECTRA_BACKGROUND_RECIPE, background_start_ev: 0, background_end_ev: 0,
    threshold_ev: .nan, energy_offset_ev: .nan)
}

extension MeasurementOptions {
  /// Takes over the caller's options; NULL stands for the defaults.
  init(
    _ options: UnsafePointer<spectra_options>?, recipe: BackgroundRule
  ) throws(SpectraError) {
    self.init()
    guard let given = unsafe options else { return }
    try checkStructSize(
      Int(unsafe given.pointee.struct_size), MemoryLayout<spectra_options>.stride)
    let options = unsafe given.pointee
    let window = EnergyWindow(
      start: options.background_start_ev, end: options.background_end_ev)
    let usesRecipesWindow = window.start == 0 && window.end == 0
    switch options.background {
    case SPECTRA_BACKGROUND_NONE:
      background = .alreadyRemoved
    case SPECTRA_BACKGROUND_RECIPE where usesRecipesWindow:
      background = nil
    case SPECTRA_BACKGROUND_RECIPE:
      // A window says that there is a background, whatever the recipe has.
      background = .powerLaw(window: window)
    case SPECTRA_BACKGROUND_POWER_LAW where !usesRecipesWindow:
      background = .powerLaw(window: window)
    case SPECTRA_BACKGROUND_POWER_LAW:
      guard case .powerLaw = recipe else {
        throw SpectraError(
          .option, "the model's recipe has no background window; give one")
      }
      background = recipe
    default:
      throw SpectraError(
        .option, "background must be one of SPECTRA_BACKGROUND_*",
        found: Double(options.background.rawValue))
    }
    if !options.threshold_ev.isNaN { threshold = options.threshold_ev }
    if !options.energy_offset_ev.isNaN { energyOffset = options.energy_offset_ev }
  }
}
