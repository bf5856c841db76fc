public import SpectraInfer

/// What is predicted of one spectrum whose properties are known, beside what is true.
///
/// Every table of errors, every worst spectrum and every figure comes from a list of these.
public struct SpectrumPrediction: Sendable, Equatable {
  /// A reference spectrum and how far away it is.
  public struct NearestReference: Sendable, Equatable {
    /// Identifier of the reference.
    public var spectrum: String
    /// Euclidean distance of the prepared intensities over the square root of their number.
    public var distance: Double
  }

  /// Identifier of the spectrum.
  public var spectrum: String
  /// Identifier of its material.
  public var material: String
  /// Its group.
  public var group: String
  /// The true properties; NaN where the site has none.
  public var expected: PropertyValues
  /// What the networks say, in the order of the properties.
  public var estimates: [Estimate]
  /// Share of the references that are nearer to each other than this spectrum to its nearest one;
  /// NaN without references.
  public var novelty: Double
  /// How far to trust it; empty where it was read from a file that tells no flags.
  public var flags: PredictionFlags = []
  /// The nearest reference; nil without references.
  public var nearest: NearestReference?
  /// The references' mean.
  var naiveMean: PropertyValues
  /// The nearest reference's values, or the mean.
  var naiveNearest: PropertyValues

  /// The prediction of a property, in its unit.
  public func value(_ property: MaterialProperty, by predictor: Predictor) -> Double {
    switch predictor {
    case .network: estimates[property.rawValue].value
    case .mean: naiveMean[property]
    case .nearest: naiveNearest[property]
    }
  }

  /// The network's error in a property: predicted less true value; NaN where the site has none.
  public func error(_ property: MaterialProperty) -> Double {
    value(property, by: .network) - expected[property]
  }
}
