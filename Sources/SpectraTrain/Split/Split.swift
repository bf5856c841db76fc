/// A division of spectra into three parts, by their indices in increasing order.
public struct Split: Sendable, Equatable {
  /// Spectra that the parameters are fitted to.
  public let training: [Int]
  /// Spectra that choose the epoch and the configuration.
  public let validation: [Int]
  /// Spectra that nothing was chosen by.
  public let test: [Int]

  package init(training: [Int], validation: [Int], test: [Int]) {
    self.training = training
    self.validation = validation
    self.test = test
  }

  /// One of the divisions of a cross-validation, with ten folds 8:1:1; see `Folds`.
  ///
  /// - Parameters:
  ///   - groups: the group of each spectrum.
  ///   - rule: whether spectra or whole groups are divided.
  ///   - fold: the fold that is the test part, 0 ..< `count`; the next one is the validation part.
  ///   - count: the number of folds.
  ///   - seed: what the random order comes from.
  ///   - heldOut: groups that are in the test part whatever the fold.
  public static func split(
    groups: [String], rule: SplitRule, fold: Int, of count: Int = 10, seed: UInt64,
    heldOut: Set<String> = []
  ) -> Split {
    Folds(groups: groups, rule: rule, count: count, seed: seed, heldOut: heldOut).split(fold: fold)
  }
}
