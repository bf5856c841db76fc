/// A point of the grid on one of the folds: what a search trains once.
public struct SearchTrial: Sendable, Hashable {
  /// The hyperparameters.
  public let point: GridPoint
  /// The fold that gives the score, from 0.
  public let fold: Int

  /// A trial.
  public init(point: GridPoint, fold: Int) {
    self.point = point
    self.fold = fold
  }
}
