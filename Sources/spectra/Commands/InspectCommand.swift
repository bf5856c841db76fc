import ArgumentParser
import SpectraIO
import SpectraInfer
import SpectraTrain

/// `spectra inspect`: what is in a model file or a spectrum file.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Check a model or a spectrum file and say what is in it.")

  /// Larger models are not loaded either.
  private static let modelLimit = 128 << 20

  @Argument(help: "The model file, or a spectrum file: .msa, text, .xdi, .npy, .npz, .dm3, .dm4.")
  var file: String

  @OptionGroup var axis: AxisOptions

  @Flag(help: "Write JSON: of a model its card.")
  var json = false

  func run() throws {
    let bytes = try FileBytes(path: file)
    let start = try bytes.bytes(in: 0..<min(bytes.count, 512))
    // A model is one JSON object.
    guard start.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "{") else {
      let inspection = SpectrumInspection(try SpectrumFile(bytes, axis: axis.source))
      return print(try json ? inspection.json() : inspection.lines.joined(separator: "\n"))
    }
    guard bytes.count <= Self.modelLimit else {
      throw DataError("\(file): is larger than \(Self.modelLimit >> 20) MiB; name another file")
    }
    let model = try ModelFile(bytes.bytes(in: 0..<bytes.count), name: file)
    if json { print(model.model.cardJSON) } else { report(model) }
  }

  private func report(_ file: borrowing ModelFile) {
    let recipe = file.model.preprocessor
    let card = file.card
    let grid = recipe.grid
    let widths = [grid.count] + card.training.hidden + [MaterialProperty.allCases.count]
    let heldOut = card.held_out_groups
    let groups = counted(card.group_count, "group", "groups")
    var text = LabelledLines()
    text.add("format", "\(file.model.formatVersion), every check passed")
    text.add("method", card.method)
    text.add(
      "data",
      "\(counted(card.spectrum_count, "spectrum", "spectra")) of \(groups); \(card.data)")
    if let checksums = card.data_sha256 {
      text.add(
        "made of",
        "sites.csv \(checksums.sites.prefix(12)), transitions.csv "
          + "\(checksums.transitions.prefix(12)) (SHA-256)")
    }
    text.add(
      "split",
      "8:1:1 by \(card.split), seed \(card.seed); held out: "
        + (heldOut.isEmpty ? "nothing" : heldOut.joined(separator: ", ")))
    if let parts = card.parts {
      let sizes = parts.filter { $0.spectrum_count > 0 }.map(Self.size)
      text.add("parts", sizes.joined(separator: "; "))
    }
    text.add(
      "ensemble",
      counted(file.model.memberCount, "network", "networks") + " of "
        + widths.map { "\($0)" }.joined(separator: "-"))
    text.add(
      "energy grid",
      "\(fixed(grid.start, 1)) to \(fixed(grid.energy(grid.count - 1), 1)) eV, "
        + "\(fixed(grid.step, 2)) eV apart, \(recipe.alignment.name) alignment")
    text.add("resolution", "Gaussian of \(fixed(recipe.broadeningSigma, 2)) eV")
    text.add("references", counted(file.model.referenceCount, "spectrum", "spectra"))
    text.add(
      "training",
      "dropout \(card.training.dropout), Adam at \(card.training.learningRate), weight decay "
        + "\(card.training.weightDecay), batches of \(card.training.batchSize), at most "
        + "\(card.training.maximumEpochs) epochs, patience \(card.training.patience)"
        + (card.augmentation.map { ", \($0.viewCount) measurements of each spectrum" } ?? "")
        + "; \(card.software)")
    text.add("licence", "\(card.licence); \(card.data_licence)")
    text.add("limits", card.limits)
    print(([card.name] + text.lines).joined(separator: "\n"))
    let tested = counted(card.test_spectra.count, "test spectrum", "test spectra")
    print("\nErrors on \(tested)\(heldOut.isEmpty ? "" : ", those held out among them"):\n")
    print(ErrorReport(card.test_errors).lines.joined(separator: "\n"))
  }

  private static func size(_ part: ModelCard.PartSize) -> String {
    let name = part.name.replacing("_", with: " ")
    return "\(name) \(part.spectrum_count) of \(counted(part.group_count, "group", "groups"))"
  }
}
