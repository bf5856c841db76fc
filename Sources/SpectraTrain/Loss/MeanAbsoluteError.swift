/// The mean absolute error over all outputs of all rows whose target is known.
///
/// E = 1/N sum |y - t|, over the N targets t that are not NaN: a missing target (a site that the
/// simulation gave no Mulliken charge, say) adds no error, has no gradient and is not counted.
public struct MeanAbsoluteError: Sendable, Equatable {
  /// Sum of |y - t| over the known targets.
  public private(set) var total = 0.0
  /// N, the number of known targets.
  public private(set) var count = 0

  /// E; NaN where no target is known.
  public var value: Double { total / Double(count) }

  /// The error of nothing, to which others are added.
  public init() {}

  /// The error of the outputs `predicted` against the targets `expected`, both `[rows][outputs]`.
  public init(predicted: Matrix, expected: Matrix) {
    Self.requireSameShape(predicted, expected)
    for (output, target) in zip(predicted.values, expected.values) where !target.isNaN {
      total += Double(abs(output - target))
      count += 1
    }
  }

  /// The error over the targets of both.
  public static func += (sum: inout MeanAbsoluteError, other: MeanAbsoluteError) {
    sum.total += other.total
    sum.count += other.count
  }

  /// The error and its gradient by the outputs, `[rows][outputs]`: sign(y - t) / N, and 0 for y =
  /// t, the middle of the subgradients there.
  public static func withGradient(
    predicted: Matrix, expected: Matrix
  ) -> (error: MeanAbsoluteError, gradient: Matrix) {
    let error = MeanAbsoluteError(predicted: predicted, expected: expected)
    var gradient = Matrix(rows: predicted.rows, columns: predicted.columns)
    if error.count == 0 { return (error, gradient) }
    let step = Float(1 / Double(error.count))
    for index in gradient.values.indices where !expected.values[index].isNaN {
      let difference = predicted.values[index] - expected.values[index]
      gradient.values[index] = difference > 0 ? step : difference < 0 ? -step : 0
    }
    return (error, gradient)
  }

  private static func requireSameShape(_ predicted: Matrix, _ expected: Matrix) {
    precondition(
      predicted.rows == expected.rows && predicted.columns == expected.columns,
      "Outputs and targets must have the same shape.")
  }
}
