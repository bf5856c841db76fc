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
    precondition(
      predicted.rows == expected.rows && predicted.columns == expected.columns,
      "Outputs and targets must have the same shape.")
    add(predicted: predicted.values, expected: expected.values)
  }

  /// Adds the errors of more outputs, one after the other.
  ///
  /// - Parameters:
  ///   - predicted: the outputs; those beyond the number of targets have no say.
  ///   - expected: the targets.
  mutating func add(predicted: [Float], expected: [Float]) {
    let (predicted, expected) = (predicted.span, expected.span)
    for index in expected.indices where !expected[index].isNaN {
      total += Double(abs(predicted[index] - expected[index]))
      count += 1
    }
  }

  /// The error over the targets of both.
  public static func += (sum: inout MeanAbsoluteError, other: MeanAbsoluteError) {
    sum.total += other.total
    sum.count += other.count
  }

  /// N of the targets `expected`.
  package static func knownCount(_ expected: [Float]) -> Int {
    let expected = expected.span
    var count = 0
    for index in expected.indices where !expected[index].isNaN { count += 1 }
    return count
  }

  /// Writes the gradient by the outputs: sign(y - t) / N, and 0 for y = t, the middle of the
  /// subgradients there.
  ///
  /// - Parameters:
  ///   - predicted: the outputs; those beyond the number of targets are left out.
  ///   - expected: the targets, all or some of those that the error is about.
  ///   - knownCount: N.
  ///   - gradient: receives as many numbers as there are targets.
  package static func writeGradient(
    predicted: [Float], expected: [Float], knownCount: Int, into gradient: inout [Float]
  ) {
    let step = Float(1 / Double(knownCount))
    let (predicted, expected) = (predicted.span, expected.span)
    var gradient = gradient.mutableSpan
    for index in expected.indices {
      let difference = predicted[index] - expected[index]
      gradient[index] = difference > 0 ? step : difference < 0 ? -step : 0
    }
  }
}
