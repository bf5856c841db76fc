/// What is kept whole when spectra are divided into folds.
public enum SplitRule: String, Sendable, CaseIterable, Codable {
  /// Spectra are divided one by one. Sites of one material are much alike, so that a test error
  /// from this rule speaks of unseen sites of known materials only.
  case spectrum
  /// All spectra of a group (a material, a structure family) go to the same fold: the test error
  /// speaks of unseen materials.
  case group
}
