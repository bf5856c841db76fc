import SpectraIO
import SpectraInfer

/// A spectrum of a file with what was predicted from it.
struct PredictedSpectrum {
  /// The file.
  let path: String
  let spectrum: MeasuredSpectrum
  /// What was not as it should be in the file, a sentence each.
  let warnings: [String]
  /// The prepared intensities on the model's grid.
  let features: [Float]
  let prediction: Prediction

  /// Predicts the spectrum of a file.
  ///
  /// - Throws: `DataError` or `SpectraError` where that cannot be done.
  init(
    _ file: SpectrumFile, lowLoss: MeasuredSpectrum?, options: MeasurementOptions,
    model: borrowing Model
  ) throws {
    let spectrum = try file.spectrum()
    let channelCount = max(spectrum.energies.count, lowLoss?.energies.count ?? 0)
    var workspace = try model.makeWorkspace(channelCount: channelCount)
    let measured = try Spectrum(
      axis: EnergyAxis(spectrum.energies.span), intensities: spectrum.intensities.span)
    if let lowLoss {
      prediction = try model.predict(
        measured,
        lowLoss: Spectrum(
          axis: EnergyAxis(lowLoss.energies.span), intensities: lowLoss.intensities.span),
        options: options, using: &workspace)
    } else {
      prediction = try model.predict(measured, options: options, using: &workspace)
    }
    features = workspace.withFeatures(model.featureCount) { span in
      span.indices.map { span[$0] }
    }
    path = file.path
    self.spectrum = spectrum
    warnings = file.warnings
  }

  /// The flags that are set.
  var flags: [PredictionFlags] {
    PredictionFlags.all.filter { prediction.flags.contains($0) }
  }

  /// The neighbours that there are, nearest first.
  var neighbors: [Neighbor] {
    (0..<prediction.neighborCount).map { prediction.neighbors[$0] }
  }

  /// The background in each channel; nil where none was subtracted.
  var background: [Double]? {
    guard let preparation = prediction.preparation, let fit = preparation.background else {
      return nil
    }
    return spectrum.energies.map { fit.intensity(at: preparation.calibration.energy($0)) }
  }
}
