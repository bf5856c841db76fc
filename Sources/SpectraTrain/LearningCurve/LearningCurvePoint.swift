import SpectraIO
public import SpectraInfer

/// The errors of ensembles that have learned from a number of materials.
public struct LearningCurvePoint: Sendable, Equatable {
  /// The errors of one property, summed over the spectra that have it, in the property's unit.
  public struct Errors: Sendable, Equatable {
    /// Number of spectra.
    public fileprivate(set) var count = 0
    private var sums: [Predictor: Double] = [:]

    /// Mean absolute error; NaN without spectra.
    public subscript(predictor: Predictor) -> Double {
      (sums[predictor] ?? 0) / Double(count)
    }

    /// Mean absolute error of the networks over that of predicting the mean.
    public var ratio: Double { self[.network] / self[.mean] }

    fileprivate mutating func add(_ error: Double, by predictor: Predictor) {
      sums[predictor, default: 0] += error.magnitude
    }

    fileprivate mutating func add(_ other: Errors) {
      count += other.count
      sums.merge(other.sums, uniquingKeysWith: +)
    }
  }

  /// Number of the groups that were learned from, the mean over the folds.
  public let groupCount: Double
  /// Number of the spectra that were learned from, the mean over the folds.
  public let spectrumCount: Double
  private var errors = [Errors](repeating: Errors(), count: MaterialProperty.allCases.count)

  /// The errors in a property.
  public subscript(property: MaterialProperty) -> Errors { errors[property.rawValue] }

  /// The point of one fold.
  ///
  /// - Parameters:
  ///   - predictions: of the spectra of the fold.
  ///   - known: the rows that were learned from.
  init(_ predictions: [UnseenPrediction], known: [Int], dataset: Dataset) {
    groupCount = Double(Set(known.map { dataset.sites[$0].group }).count)
    spectrumCount = Double(known.count)
    let naive = NaivePredictors(references: known.map { dataset.sites[$0].properties })
    for prediction in predictions {
      let expected = dataset.sites[prediction.row].properties
      let nearest = dataset.neighbors(of: prediction.row, among: known)
        .first.map { naive.values(nearest: $0.properties) }
      for property in MaterialProperty.allCases where !prediction.errors[property].isNaN {
        var own = Errors()
        own.count = 1
        own.add(prediction.errors[property], by: .network)
        own.add(naive.means[property] - expected[property], by: .mean)
        own.add((nearest ?? naive.means)[property] - expected[property], by: .nearest)
        errors[property.rawValue].add(own)
      }
    }
  }

  /// Folds together.
  init(_ folds: [LearningCurvePoint]) {
    groupCount = folds.reduce(0) { $0 + $1.groupCount } / Double(folds.count)
    spectrumCount = folds.reduce(0) { $0 + $1.spectrumCount } / Double(folds.count)
    for fold in folds {
      for property in MaterialProperty.allCases {
        errors[property.rawValue].add(fold[property])
      }
    }
  }
}
