import SpectraIO
public import SpectraInfer

/// Mean absolute errors of a model on spectra, beside two naive predictors that know the same
/// references.
public struct ErrorTable: Sendable {
  /// Sums of absolute errors of one property.
  struct Sums: Sendable {
    var count = 0
    var model = 0.0
    var mean = 0.0
    var nearest = 0.0
    var within68 = 0
    var within95 = 0
  }

  private(set) var sums = [Sums](repeating: Sums(), count: MaterialProperty.allCases.count)
  /// Number of spectra.
  public private(set) var spectrumCount = 0

  /// An empty table.
  public init() {}

  /// Predicts rows of a dataset by a model and adds their errors; without references, those of the
  /// naive predictors are NaN.
  ///
  /// - Throws: `SpectraError` where a spectrum cannot be predicted.
  public mutating func add(
    rows: [Int], of dataset: Dataset, model: borrowing Model
  ) throws(SpectraError) {
    let means = Self.means(of: model)
    var workspace = try model.makeWorkspace(channelCount: 0)
    for row in rows {
      let features = Array(dataset.features.row(row))
      let prediction = try model.predict(features: features.span, using: &workspace)
      let nearest =
        prediction.neighborCount > 0
        ? model.referenceProperties(prediction.neighbors[0].reference)
        : PropertyValues(repeating: .nan)
      spectrumCount += 1
      for property in MaterialProperty.allCases {
        let expected = dataset.sites[row].properties[property]
        if expected.isNaN { continue }
        let estimate = prediction[property]
        let error = (estimate.value - expected).magnitude
        // A nearest reference without the property knows no better than the mean.
        let fromNearest = nearest[property].isNaN ? means[property] : nearest[property]
        sums[property.rawValue].count += 1
        sums[property.rawValue].model += error
        sums[property.rawValue].mean += (means[property] - expected).magnitude
        sums[property.rawValue].nearest += (fromNearest - expected).magnitude
        if error <= estimate.halfWidth68 { sums[property.rawValue].within68 += 1 }
        if error <= estimate.halfWidth95 { sums[property.rawValue].within95 += 1 }
      }
    }
  }

  /// Adds the errors of another table.
  public static func += (table: inout ErrorTable, other: ErrorTable) {
    table.spectrumCount += other.spectrumCount
    for index in table.sums.indices {
      table.sums[index].count += other.sums[index].count
      table.sums[index].model += other.sums[index].model
      table.sums[index].mean += other.sums[index].mean
      table.sums[index].nearest += other.sums[index].nearest
      table.sums[index].within68 += other.sums[index].within68
      table.sums[index].within95 += other.sums[index].within95
    }
  }

  /// Mean absolute error of the model, in the property's unit; NaN without spectra.
  public func modelError(_ property: MaterialProperty) -> Double {
    let sums = sums[property.rawValue]
    return sums.model / Double(sums.count)
  }

  /// Mean absolute error of predicting the references' mean.
  public func meanError(_ property: MaterialProperty) -> Double {
    let sums = sums[property.rawValue]
    return sums.mean / Double(sums.count)
  }

  /// Mean absolute error of taking the value of the nearest reference.
  public func nearestError(_ property: MaterialProperty) -> Double {
    let sums = sums[property.rawValue]
    return sums.nearest / Double(sums.count)
  }

  /// Share of the true values inside the 68 % and the 95 % interval.
  public func coverage(_ property: MaterialProperty) -> (within68: Double, within95: Double) {
    let sums = sums[property.rawValue]
    let count = Double(sums.count)
    return (Double(sums.within68) / count, Double(sums.within95) / count)
  }

  /// The errors as the model card has them; properties that no spectrum has are left out.
  public var cardErrors: [ModelCard.PropertyError] {
    MaterialProperty.allCases.filter { sums[$0.rawValue].count > 0 }.map { property in
      ModelCard.PropertyError(
        property: "\(property.name)", unit: "\(property.unit)",
        count: sums[property.rawValue].count, mean_absolute_error: modelError(property),
        predicting_the_mean: meanError(property), nearest_reference: nearestError(property))
    }
  }

  /// The mean of each property over the references that have it.
  private static func means(of model: borrowing Model) -> PropertyValues {
    var means = PropertyValues(repeating: .nan)
    for property in MaterialProperty.allCases {
      var (sum, count) = (0.0, 0)
      for reference in 0..<model.referenceCount {
        let value = model.referenceProperties(reference)[property]
        if value.isNaN { continue }
        sum += value
        count += 1
      }
      means[property] = sum / Double(count)
    }
    return means
  }
}
