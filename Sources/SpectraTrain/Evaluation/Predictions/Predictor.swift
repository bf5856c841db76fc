/// What predicts the properties of a spectrum: the model, or one of two naive ways that know the
/// same reference spectra. The raw values are the names in tables.
public enum Predictor: String, Sendable, CaseIterable {
  /// The networks of the model.
  case network
  /// The mean of each property over the references that have it.
  case mean
  /// The values of the nearest reference; the mean where that has none.
  case nearest
}
