import ArgumentParser
import Foundation
import SpectraIO
import SpectraInfer
import SpectraMaps
import SpectraTrain

/// `spectra map`: maps of the six properties of a spectrum image.
struct MapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map", abstract: "Predict every pixel of a spectrum image, and draw the maps.",
    discussion: """
      The maps are NumPy files of [rows, columns] in the folder of --out, with maps.json, which says \
      what they are made of, and PNG figures. The image is read in parts, so that it may be larger \
      than the memory. A command that was interrupted goes on when it is given again.
      """)

  @Argument(help: "A spectrum image: .dm3, .dm4, .npy or any file with an image.")
  var image: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Folder of the maps: a new one, or one of the same command.", valueName: "folder"))
  var out: String

  @OptionGroup var model: ModelArguments
  @OptionGroup var axis: AxisOptions

  @Option(
    help: ArgumentHelp(
      "Sum this many rows and columns of pixels, for low dose.", valueName: "r[xc]"))
  var bin: BinSize?

  @OptionGroup(title: "What is known of the measurement")
  var measurement: MeasurementArguments

  @Option(
    help: "Threads; by default one more than there are cores, as one may wait for the disk.")
  var jobs = ProcessInfo.processInfo.activeProcessorCount + 1

  @Flag(inversion: .prefixedNo, help: "Draw figures with the Python package.")
  var figures = true

  func validate() throws {
    guard (1...1024).contains(jobs) else { throw ValidationError("--jobs must be 1 to 1024.") }
    _ = try measurement.options()
  }

  func run() throws {
    let options = try measurement.options()
    let spectra = try SpectrumFile(path: image, axis: axis.source)
    spectra.tellWarnings()
    let input = try MapInput(spectra, lowLoss: measurement.lowLossFile(), bin: bin)
    let choice = try model.choice(
      for: options, resolution: measurement.knownResolution(input.lowLoss))
    let bytes = [UInt8](try DataFile.read(choice.path, limit: ModelFile.largest))
    let file = try ModelFile(bytes, name: choice.path)
    let description = Self.described(file, choice)
    let settings = try input.settings(
      modelSHA256: FileFingerprint.digits(bytes), options: measurement.described())
    let run: MapRun
    do {
      run = try MapRun(
        model: file.takeModel(), image: SpectrumImage(input.image),
        lowLoss: input.lowLossImage(), shape: input.shape, options: options)
    } catch  where error is SpectraError {
      throw DataError("\(image): \(error)")
    }
    let folder = try MapFolder(out, settings: settings, shape: input.shape, tiles: input.tiles)
    try fill(folder, by: run, input.shape, choice)
    let summary = try folder.summary()
    if !folder.wasComplete {
      try folder.finish(
        MapDescription(
          image: input.image, lowLoss: input.lowLoss, shape: input.shape, model: description,
          summary: summary
        ).members)
    }
    let report = MapReport(summary, input.shape, folder: out, Colors())
    try StandardOutput.write(report.lines.joined(separator: "\n") + "\n")
    guard summary.predictedCount > 0 else {
      let reason = summary.reasons.first.map { MapSummary.reason($0.status) } ?? "nothing is there"
      throw DataError(
        "\(image): no pixel could be predicted (\(reason)); look at one of them with spectra predict"
      )
    }
    if figures { draw() }
  }

  /// Predicts what is missing.
  private func fill(
    _ folder: MapFolder, by run: MapRun, _ shape: MapShape,
    _ choice: (path: String, reason: String?)
  ) throws {
    let display = ProgressDisplay("map")
    if let reason = choice.reason {
      display.say("\((choice.path as NSString).lastPathComponent): \(reason)")
    }
    if folder.wasComplete {
      display.say("\(out): all maps are there already")
      return
    }
    let before = folder.fraction
    if before > 0 { display.say("\(out): \(percent(before)) of the pixels are there already") }
    let interruption = Interruption()
    display.draw(before, "\(shape.rows) x \(shape.columns) pixels")
    let isComplete = try run.run(into: folder, threads: jobs) { fraction in
      display.draw(fraction, "\(shape.rows) x \(shape.columns) pixels")
      return !interruption.isRequested
    }
    guard isComplete else {
      display.say(
        "interrupted: \(percent(folder.fraction)) of the pixels are in \(out); the same command "
          + "goes on from there")
      throw ExitCode(Interruption.status)
    }
    let pixels = Double(shape.count) * (1 - before)
    display.say(
      "\(Int(pixels.rounded())) pixels in \(fixed(display.seconds, 1)) s, "
        + "\(Int((pixels / max(display.seconds, 1e-3)).rounded())) a second")
  }

  private static func described(
    _ file: borrowing ModelFile, _ choice: (path: String, reason: String?)
  ) -> [(name: String, value: JSONText)] {
    [
      ("name", .text(file.card.name)), ("path", .text(choice.path)),
      ("reason", .optional(choice.reason)),
      ("alignment", .text("\(file.model.preprocessor.alignment.name)")),
    ]
  }

  /// Draws the figures; without them the maps are there all the same.
  private func draw() {
    do {
      try Figures.draw(["maps", out])
    } catch {
      FileHandle.standardError.write(Data("\(error); the maps are in \(out)\n".utf8))
    }
  }
}
