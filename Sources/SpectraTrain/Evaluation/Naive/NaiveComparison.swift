public import SpectraInfer

/// Whether a model beats each naive rival in each property, with a paired test at 5 %.
public struct NaiveComparison: Sendable, Equatable {
  /// p-values below this pass.
  public static let level = 0.05

  /// One property against one rival.
  public struct Entry: Sendable, Equatable {
    /// The property.
    public let property: MaterialProperty
    /// Whom the model is compared with.
    public let rival: NaiveRival
    /// Mean absolute error of the rival, in the property's unit.
    public let rivalError: Double
    /// Mean absolute error of the model on the same spectra.
    public let modelError: Double
    /// The test of the difference.
    public let test: PairedTest

    /// Whether the model is better by more than chance.
    public var passes: Bool { test.pValue <= NaiveComparison.level }
  }

  /// All entries, property by property; properties that no spectrum has are left out.
  public let entries: [Entry]

  /// Compares.
  ///
  /// - Parameters:
  ///   - predictions: of spectra that the model has not seen.
  ///   - shuffled: what a model that learned from shuffled targets says of the same spectra, in
  ///     the same order; nil leaves it out.
  ///   - seed: of the tests.
  public init(
    _ predictions: [SpectrumPrediction], shuffledTargets shuffled: [PropertyValues]?, seed: UInt64
  ) {
    entries = MaterialProperty.allCases.flatMap { property -> [Entry] in
      let known = predictions.indices.filter { !predictions[$0].expected[property].isNaN }
      if known.isEmpty { return [] }
      return NaiveRival.allCases.compactMap { rival in
        if rival == .shuffledTargets && shuffled == nil { return nil }
        var errors: [Double] = []
        var own: [Double] = []
        var groups: [String] = []
        for index in known {
          let prediction = predictions[index]
          let expected = prediction.expected[property]
          let error: Double?
          switch rival {
          case .mean: error = (prediction.value(property, by: .mean) - expected).magnitude
          case .nearest: error = (prediction.value(property, by: .nearest) - expected).magnitude
          case .shuffledInput: error = Self.shuffled(prediction, property, among: predictions)
          case .shuffledTargets: error = shuffled.map { ($0[index][property] - expected).magnitude }
          }
          guard let error, !error.isNaN else { continue }
          errors.append(error)
          own.append(prediction.error(property).magnitude)
          groups.append(prediction.group)
        }
        if errors.isEmpty { return nil }
        let count = Double(errors.count)
        return Entry(
          property: property, rival: rival, rivalError: errors.reduce(0, +) / count,
          modelError: own.reduce(0, +) / count,
          test: PairedTest(zip(errors, own).map { $0 - $1 }, groups: groups, seed: seed))
      }
    }
  }

  /// The mean over all ways to shuffle: of the errors of what the model says of the spectra of
  /// other groups; nil where there is no other group.
  private static func shuffled(
    _ prediction: SpectrumPrediction, _ property: MaterialProperty,
    among predictions: [SpectrumPrediction]
  ) -> Double? {
    let errors = predictions.filter { $0.group != prediction.group }.map {
      ($0.value(property, by: .network) - prediction.expected[property]).magnitude
    }
    return errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count)
  }
}
