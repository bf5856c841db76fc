import ArgumentParser
import SpectraIO

/// Options that give the energies of a file's channels, in place of what the file says.
struct AxisOptions: ParsableArguments {
  // A value that begins with a minus sign is a number, not the next option.
  @Option(
    parsing: .unconditional,
    help: "Energy of the first channel, eV, where the file has no energies or wrong ones.")
  var offset: Double?

  @Option(parsing: .unconditional, help: "Distance of two channels, eV; goes with --offset.")
  var dispersion: Double?

  @Option(
    help: ArgumentHelp(
      "A .npy file, or text of one column, with the energy of each channel, eV.",
      valueName: "file"))
  var axis: String?

  /// Where the energies come from; nil where the file has them.
  var source: EnergyAxisSource? {
    if let axis { return .file(axis) }
    guard let offset, let dispersion else { return nil }
    return .linear(offset: offset, dispersion: dispersion)
  }

  func validate() throws {
    guard (offset == nil) == (dispersion == nil) else {
      throw ValidationError("--offset and --dispersion go together.")
    }
    guard axis == nil || offset == nil else {
      throw ValidationError("--axis has all energies; leave out --offset and --dispersion.")
    }
    let width = dispersion ?? 1
    guard offset?.isFinite ?? true, width.isFinite, width > 0 else {
      throw ValidationError("--offset must be finite and --dispersion above 0, in eV.")
    }
  }
}
