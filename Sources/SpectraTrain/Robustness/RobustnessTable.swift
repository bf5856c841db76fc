import SpectraIO
public import SpectraInfer

/// Mean absolute errors of models under every disturbance, beside predicting the mean.
public struct RobustnessTable: Sendable {
  /// The errors of one property at one point.
  public struct Entry: Sendable {
    /// Number of measurements that were predicted.
    public internal(set) var count = 0
    var modelSum = 0.0
    var meanSum = 0.0

    /// Mean absolute error of the model, in the property's unit.
    public var meanAbsoluteError: Double { modelSum / Double(count) }
    /// The same of predicting the mean of the model's references.
    public var meanErrorOfPredictingTheMean: Double { meanSum / Double(count) }
  }

  private var entries = [Entry](
    repeating: Entry(),
    count: DisturbedMeasurements.points.count * MaterialProperty.allCases.count)
  /// Measurements at each point whose edge was lost in the noise.
  public private(set) var refused = [Int](repeating: 0, count: DisturbedMeasurements.points.count)

  /// An empty table.
  public init() {}

  /// The errors of a property at a point.
  public subscript(point: Int, property: MaterialProperty) -> Entry {
    entries[point * MaterialProperty.allCases.count + property.rawValue]
  }

  /// Predicts the measurements of some rows and adds the errors.
  ///
  /// - Throws: `SpectraError` where a measurement cannot be predicted.
  public mutating func add(
    rows: [Int], of measurements: DisturbedMeasurements, model: borrowing Model,
    meanOfTraining: PropertyValues
  ) throws(SpectraError) {
    var workspace = try model.makeWorkspace(channelCount: 0)
    for row in rows {
      for point in DisturbedMeasurements.points.indices {
        for measurement in measurements.measurements(row: row, point: point) {
          guard let measurement else {
            refused[point] += 1
            continue
          }
          let prediction = try model.predict(
            features: measurement.features.span, using: &workspace)
          for property in MaterialProperty.allCases {
            let expected = measurement.properties[property]
            if expected.isNaN { continue }
            let place = point * MaterialProperty.allCases.count + property.rawValue
            entries[place].count += 1
            entries[place].modelSum += (prediction[property].value - expected).magnitude
            entries[place].meanSum += (meanOfTraining[property] - expected).magnitude
          }
        }
      }
    }
  }
}
