package import SpectraInfer

/// What networks that have not seen a spectrum say of it, beside what is true: what the calibration
/// learns from.
package struct UnseenPrediction: Sendable, Equatable {
  /// The row of the dataset.
  package var row: Int
  /// The fold that it is in; intervals are tried on a fold with what the others have taught.
  package var fold: Int
  /// Distance to the nearest reference among what the networks have seen.
  package var distance: Double
  /// Predicted less true value; NaN where the site has none, or the networks could not learn it.
  package var errors: PropertyValues
  /// Standard deviation of the members, in the property's unit; 0 for one member.
  package var spreads: PropertyValues

  /// A prediction with what is true.
  package init(
    row: Int, fold: Int, distance: Double, errors: PropertyValues, spreads: PropertyValues
  ) {
    self.row = row
    self.fold = fold
    self.distance = distance
    self.errors = errors
    self.spreads = spreads
  }

  /// Takes mean and standard deviation (n - 1) over what the members say of a row, at the scale of
  /// the networks.
  init(
    row: Int, fold: Int, distance: Double, expected: PropertyValues, members: [Matrix],
    scaling: Scaling
  ) {
    self.init(
      row: row, fold: fold, distance: distance, errors: PropertyValues(repeating: .nan),
      spreads: PropertyValues(repeating: 0))
    for property in MaterialProperty.allCases {
      let column = property.rawValue
      let values = members.map { Double($0[row, column]) }
      let mean = values.reduce(0, +) / Double(values.count)
      errors[property] =
        scaling.mean[column] + scaling.scale[column] * mean - expected[property]
      guard values.count > 1 else { continue }
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      spreads[property] =
        scaling.scale[column] * (squares / Double(values.count - 1)).squareRoot()
    }
  }
}
