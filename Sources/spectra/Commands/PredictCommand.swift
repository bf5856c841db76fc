import ArgumentParser
import Foundation
import SpectraIO
import SpectraInfer
import SpectraMaps

/// `spectra predict`: the six properties of each spectrum file.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Predict the properties of measured spectra.",
    discussion: """
      Reads EMSA/MAS (.msa), Gatan (.dm3, .dm4), NumPy, XDI and text files. Without --model it takes \
      of the models that come with the program the one that fits what is known: --threshold, \
      --energy-offset or neither, and --resolution. A file that cannot be predicted gets a sentence, \
      the others go on, and the exit status is 1.
      """)

  @Argument(help: "Spectrum files of one spectrum each; for images there is spectra map.")
  var files: [String]

  @OptionGroup var model: ModelArguments
  @OptionGroup var axis: AxisOptions
  @OptionGroup(title: "What is known of the measurement")
  var measurement: MeasurementArguments

  @Flag(help: "Write one JSON document, with all that was done and the prepared spectra.")
  var json = false

  @Flag(help: "Write a table with commas, one row a file.")
  var csv = false

  @Option(
    help: ArgumentHelp(
      """
      Draw the spectrum, its background, and the prepared spectrum beside its nearest references, \
      with the Python package; of several files file-1.png, file-2.png ...
      """, valueName: "file.png"))
  var plot: String?

  func validate() throws {
    guard !json || !csv else { throw ValidationError("Give --json or --csv, not both.") }
    _ = try measurement.options()
  }

  func run() throws {
    let options = try measurement.options()
    let lowLossFile = try measurement.lowLossFile()
    let choice = try model.choice(
      for: options, resolution: measurement.knownResolution(lowLossFile))
    let file = try ModelFile(choice.path)
    if let plot { try DataFile.checkWritable(plot) }
    let lowLoss = try lowLossFile?.spectrum()
    let isText = !json && !csv
    if let reason = choice.reason {
      var text = LabelledLines()
      text.add("model", "\((choice.path as NSString).lastPathComponent): \(reason)")
      let lines = text.lines.joined(separator: "\n") + "\n"
      if isText { try StandardOutput.write(lines + "\n") } else if csv { tell(lines) }
    }
    var document = PredictionDocument(
      file, path: choice.path, reason: choice.reason, options: try measurement.described())
    var rows = PredictionRows()
    let colors = Colors()
    var failureCount = 0
    for path in files {
      var opened: SpectrumFile?
      let predicted: PredictedSpectrum
      do {
        let spectra = try SpectrumFile(path: path, axis: axis.source)
        opened = spectra
        // Text and JSON have the warnings of a file beside its prediction; a table has no place.
        if csv { spectra.tellWarnings() }
        predicted = try PredictedSpectrum(
          spectra, lowLoss: lowLoss, options: options, model: file.model)
      } catch  where error is SpectraError || error is DataError {
        failureCount += 1
        if !csv { opened?.tellWarnings() }
        document.add(path, failed: error)
        rows.add(path, failed: error)
        tell("Error: \(error is DataError ? "" : "\(path): ")\(error)\n")
        continue
      }
      if json || plot != nil { document.add(predicted, file.model) }
      if csv { rows.add(predicted, file.model) }
      if isText {
        let report = PredictionReport(predicted, file.model, colors)
        try StandardOutput.write(report.lines.joined(separator: "\n") + "\n\n")
      }
    }
    if json { try StandardOutput.write(document.text.document) }
    if csv { try StandardOutput.write(rows.text) }
    if let plot, failureCount < files.count {
      try Figures.draw(
        ["prediction", "--json", "-", "--out", plot], input: document.text.document)
    }
    if failureCount > 0 { throw ExitCode.failure }
  }

  private func tell(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
