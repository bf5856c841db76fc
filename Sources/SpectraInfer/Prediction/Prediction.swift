/// The six properties of one spectrum, how sure they are, and what they rest on.
public struct Prediction: Sendable {
  /// The most neighbours that a prediction names.
  public static let neighborCountMaximum = 3

  /// The estimates, in the order of `MaterialProperty`.
  public var estimates: InlineArray<6, Estimate>
  /// Share of the reference materials that are nearer to each other, 0 to 1; NaN without
  /// references.
  public var novelty: Double
  /// The nearest references, nearest first; entries from `neighborCount` on have no meaning.
  public var neighbors: InlineArray<3, Neighbor>
  /// Number of entries of `neighbors` that are filled.
  public var neighborCount: Int
  /// How far to trust it.
  public var flags: PredictionFlags
  /// What preprocessing did; nil for a prediction from features.
  public var preparation: Preparation?

  /// To be filled.
  static var none: Prediction {
    let estimate = Estimate(value: 0, standardError: 0, halfWidth68: 0, halfWidth95: 0)
    return Prediction(
      estimates: InlineArray(repeating: estimate), novelty: .nan,
      neighbors: InlineArray(repeating: Neighbor(reference: 0, distance: .nan)), neighborCount: 0,
      flags: [], preparation: nil)
  }

  /// The estimate of one property.
  public subscript(property: MaterialProperty) -> Estimate { estimates[property.rawValue] }

  /// The predicted values.
  public var values: PropertyValues {
    var values = PropertyValues(repeating: .nan)
    for property in MaterialProperty.allCases { values[property] = self[property].value }
    return values
  }
}
