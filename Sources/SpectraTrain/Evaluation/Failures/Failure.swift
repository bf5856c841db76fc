import SpectraInfer

/// A spectrum with one of the largest errors, and why the model fails on it.
///
/// Kiyohara et al. (J. Phys. Mater. 2 (2019) 024003) find two causes: nothing like the
/// spectrum is in the training data, or what is like it has other properties, so that the spectrum
/// does not tell them apart. Here a reference is *similar* where it is within `similarWithin`, as
/// 95 of 100 references are to one of another material. Its property is *different* where it
/// differs from the true one by more than the model's mean absolute error in that property, which
/// predicting it would then not reach. The median of these differences over the similar ones of the
/// three nearest references decides: most of them must be different.
public struct Failure: Sendable, Equatable {
  /// Why a model fails; the raw values are the names in tables.
  public enum Cause: String, Sendable, CaseIterable {
    /// No reference is similar.
    case nothingSimilar = "nothing_similar"
    /// Similar references have different properties.
    case similarButDifferent = "similar_but_different"
    /// Similar references have the true properties, and the networks miss them all the same.
    case neither
  }

  /// The prediction.
  public let prediction: SpectrumPrediction
  /// The errors by which it is among the worst, in the order of the properties.
  public let worst: [WorstSpectrum]
  /// Median over the similar references of the difference of their property from the true one, over
  /// the mean absolute error; the largest of those of the properties in `worst`. NaN where no
  /// reference is similar, or none of them has the property.
  public let neighborDisagreement: Double
  /// Why; nil for a model without references.
  public let cause: Cause?
  /// The nearest references, nearest first.
  let neighbors: [ReferenceNeighbor]

  /// A failure with its nearest references.
  init(
    _ worst: [WorstSpectrum], of prediction: SpectrumPrediction, neighbors: [ReferenceNeighbor],
    similarWithin: Double, errors: ErrorTable
  ) {
    self.prediction = prediction
    self.worst = worst
    self.neighbors = neighbors
    let similar = neighbors.filter { $0.distance <= similarWithin }
    let disagreements = worst.map { worst in
      let differences = similar.map {
        ($0.properties[worst.property] - prediction.expected[worst.property]).magnitude
      }
      return Self.median(differences.filter { !$0.isNaN })
        / errors[worst.property, .network].meanAbsolute
    }
    neighborDisagreement = disagreements.filter { !$0.isNaN }.max() ?? .nan
    if neighbors.isEmpty {
      cause = nil
    } else if similar.isEmpty {
      cause = .nothingSimilar
    } else {
      cause = neighborDisagreement > 1 ? .similarButDifferent : .neither
    }
  }

  private static func median(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : CalibrationFit.percentiles(of: values.sorted())[50]
  }
}
