import Foundation
import SpectraIO
import SpectraInfer

/// One of the models that come with the program.
enum ShippedModel: String, CaseIterable {
  case edge, monochromated, absolute, threshold

  // A model for 0.5 eV has been trained on a full width of 1.2 eV; below half of that the one for a
  // monochromated measurement (0.24 eV) sees more.
  private static let monochromatedBelow = 0.5

  /// The model that fits what is known of a measurement, and why.
  ///
  /// - Parameter resolution: full width at half maximum, eV; nil: unknown.
  static func choice(
    for options: MeasurementOptions, resolution: Double?
  ) -> (model: ShippedModel, reason: String) {
    if options.threshold != nil { return (.threshold, "the threshold is given") }
    if options.energyOffset != nil {
      return (.absolute, "the energy offset to the simulated axis is given")
    }
    let isCalibrated = options.calibration != nil || options.lowLossUse.contains(.align)
    let hint =
      isCalibrated
      ? "; with --energy-offset (see spectra calibrate) the calibrated axis would be used" : ""
    if let resolution, resolution < monochromatedBelow {
      return (
        .monochromated,
        "the resolution is \(fixed(resolution, 2)) eV, and the onset is found" + hint
      )
    }
    return (.edge, "the onset is found in each spectrum" + hint)
  }

  /// The name of its file.
  var file: String { rawValue + ".json" }

  /// Where it is: in the folder that SPECTRA_MODELS names, where the program was installed, or in
  /// the repository that it was built in.
  ///
  /// - Throws: `DataError` where it is in none of them.
  func path() throws -> String {
    let files = FileManager.default
    if let folder = ProcessInfo.processInfo.environment["SPECTRA_MODELS"], !folder.isEmpty {
      let path = "\(folder)/\(file)"
      guard files.fileExists(atPath: path) else {
        throw DataError("\(path): there is no such model; set SPECTRA_MODELS, or give --model")
      }
      return path
    }
    var folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent()
    while folder.path != "/" {
      for place in ["share/spectra_infer/models", "data/models"] {
        let path = folder.appendingPathComponent("\(place)/\(file)").path
        if files.fileExists(atPath: path) { return path }
      }
      folder.deleteLastPathComponent()
    }
    throw DataError(
      "\(file): the models are not beside the program; set SPECTRA_MODELS to their folder, or give "
        + "--model")
  }
}
