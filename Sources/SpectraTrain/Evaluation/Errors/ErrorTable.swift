public import SpectraInfer

/// The errors of a model and of the naive predictors on the same spectra, property by property.
public struct ErrorTable: Sendable {
  /// Number of spectra.
  public let spectrumCount: Int
  private let measures: [Predictor: [ErrorMeasures]]
  private let coverages: [(within68: Double, within95: Double)]

  /// The errors of these predictions; their order does not matter.
  public init(_ predictions: [SpectrumPrediction]) {
    spectrumCount = predictions.count
    var measures: [Predictor: [ErrorMeasures]] = [:]
    for predictor in Predictor.allCases {
      measures[predictor] = MaterialProperty.allCases.map { property in
        ErrorMeasures(
          expected: predictions.map { $0.expected[property] },
          predicted: predictions.map { $0.value(property, by: predictor) })
      }
    }
    self.measures = measures
    coverages = MaterialProperty.allCases.map { property in
      let known = predictions.filter { !$0.expected[property].isNaN }
      func share(_ halfWidth: (Estimate) -> Double) -> Double {
        let inside = known.count { prediction in
          prediction.error(property).magnitude
            <= halfWidth(prediction.estimates[property.rawValue])
        }
        return Double(inside) / Double(known.count)
      }
      return (share(\.halfWidth68), share(\.halfWidth95))
    }
  }

  /// The errors of one predictor in one property.
  public subscript(property: MaterialProperty, predictor: Predictor) -> ErrorMeasures {
    // Every predictor has its row.
    measures[predictor]?[property.rawValue] ?? ErrorMeasures(expected: [], predicted: [])
  }

  /// Mean absolute error of the model over that of predicting the references' mean.
  public func ratio(_ property: MaterialProperty) -> Double {
    self[property, .network].meanAbsolute / self[property, .mean].meanAbsolute
  }

  /// Share of the true values inside the 68 % and the 95 % interval; NaN without spectra.
  public func coverage(_ property: MaterialProperty) -> (within68: Double, within95: Double) {
    coverages[property.rawValue]
  }

  /// The errors as the model card has them; properties that no spectrum has are left out.
  public var cardErrors: [ModelCard.PropertyError] {
    MaterialProperty.allCases.filter { self[$0, .network].count > 0 }.map { property in
      let network = self[property, .network]
      return ModelCard.PropertyError(
        property: "\(property.name)", unit: "\(property.unit)", count: network.count,
        mean_absolute_error: network.meanAbsolute,
        root_mean_square_error: network.rootMeanSquare, r2: network.r2.isNaN ? nil : network.r2,
        percentile_95: network.percentile95,
        predicting_the_mean: self[property, .mean].meanAbsolute,
        nearest_reference: self[property, .nearest].meanAbsolute)
    }
  }
}
