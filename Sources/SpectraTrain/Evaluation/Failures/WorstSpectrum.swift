public import SpectraInfer

/// One of the largest errors in a property, among spectra that a model has not seen.
public struct WorstSpectrum: Sendable, Equatable {
  /// How many are told of each property, as in the paper.
  static let count = 10

  /// The property.
  public let property: MaterialProperty
  /// 1 for the largest error.
  public let rank: Int
  /// The prediction.
  public let prediction: SpectrumPrediction
  /// Absolute error over the mean absolute error of all spectra.
  public let relativeError: Double

  /// The ten largest absolute errors of each property, largest first; where errors are equal, by
  /// identifier.
  static func all(of predictions: [SpectrumPrediction], _ errors: ErrorTable) -> [WorstSpectrum] {
    MaterialProperty.allCases.flatMap { property in
      let known = predictions.filter { !$0.expected[property].isNaN }
      let largestFirst = known.sorted { one, other in
        (-one.error(property).magnitude, one.spectrum)
          < (-other.error(property).magnitude, other.spectrum)
      }
      return largestFirst.prefix(count).enumerated().map { index, prediction in
        WorstSpectrum(
          property: property, rank: index + 1, prediction: prediction,
          relativeError: prediction.error(property).magnitude
            / errors[property, .network].meanAbsolute)
      }
    }
  }
}
