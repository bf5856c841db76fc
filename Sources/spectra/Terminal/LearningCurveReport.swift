import SpectraInfer
import SpectraTrain

/// A point of a learning curve in a line.
enum LearningCurveReport {
  static func line(_ point: LearningCurvePoint, _ part: LearningCurveResults.Part) -> String {
    let ratios = MaterialProperty.allCases.map { fixed(point[$0].ratio, 2) }
    return "seed \(part.seed), \(fixed(point.groupCount, 1)) groups, "
      + "\(fixed(point.spectrumCount, 1)) spectra: error over that of the mean "
      + ratios.joined(separator: " ")
  }
}
