import SpectraInfer

/// Predictors that anyone has who has the references: what a model must do better than.
struct NaivePredictors {
  /// The mean of each property over the references that have it; NaN where none has.
  let means: PropertyValues

  /// Predictors that know references with these properties.
  init(references: some Sequence<PropertyValues>) {
    var sums = PropertyValues(repeating: 0)
    var counts = PropertyValues(repeating: 0)
    for properties in references {
      for property in MaterialProperty.allCases where !properties[property].isNaN {
        sums[property] += properties[property]
        counts[property] += 1
      }
    }
    var means = PropertyValues(repeating: .nan)
    for property in MaterialProperty.allCases where counts[property] > 0 {
      means[property] = sums[property] / counts[property]
    }
    self.means = means
  }

  /// What follows from the properties of the nearest reference: one that lacks a property knows no
  /// better than the mean.
  func values(nearest properties: PropertyValues) -> PropertyValues {
    var values = properties
    for property in MaterialProperty.allCases where properties[property].isNaN {
      values[property] = means[property]
    }
    return values
  }
}
