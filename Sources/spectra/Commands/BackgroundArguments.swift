import ArgumentParser
import SpectraInfer

/// What is known of the background, as options.
struct BackgroundArguments: ParsableArguments {
  @Flag(help: "The spectra have no background, or it is removed already.")
  var noBackground = false

  // A value that begins with a minus sign is an energy, not the next option.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Background window on the spectrum's axis, eV, such as 490:525.", valueName: "start:end"))
  var window: String?

  func validate() throws { _ = try rule() }

  /// The rule in place of the model's; nil where nothing was said.
  func rule() throws -> BackgroundRule? {
    guard let window else { return noBackground ? .alreadyRemoved : nil }
    guard !noBackground else {
      throw ValidationError("--window is where a background is; leave out --no-background.")
    }
    let ends = window.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard ends.count == 2, let start = ends[0], let end = ends[1], start < end else {
      throw ValidationError(
        "--window takes two rising energies in eV, such as 490:525, not \(window).")
    }
    return .powerLaw(window: EnergyWindow(start: start, end: end))
  }
}
