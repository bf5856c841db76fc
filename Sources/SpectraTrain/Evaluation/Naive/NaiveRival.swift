/// What a model must beat to have learned anything. The raw values are the names in tables.
public enum NaiveRival: String, Sendable, CaseIterable, Codable {
  /// The mean of each property over the references.
  case mean
  /// The values of the nearest reference.
  case nearest
  /// The same model on the spectra of other groups: what it predicts without the right input.
  case shuffledInput = "shuffled_input"
  /// A model that learned from the same spectra with the properties of others.
  case shuffledTargets = "shuffled_targets"
}
