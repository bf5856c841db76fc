/// The mean loss over all outputs of all rows whose target is known.
///
/// E = 1/N sum L(y, t), over the N targets t that are not NaN: a missing target (a site that the
/// simulation gave no Mulliken charge, say) adds no loss, has no gradient and is not counted.
public struct MeanLoss: Sendable, Equatable {
  /// L.
  public let loss: Loss
  /// Sum of L over the known targets.
  public private(set) var total = 0.0
  /// N, the number of known targets.
  public private(set) var count = 0

  /// E; NaN where no target is known.
  public var value: Double { total / Double(count) }

  /// The loss of nothing, to which others are added.
  public init(_ loss: Loss = .absoluteError) { self.loss = loss }

  /// The loss of the outputs `predicted` against the targets `expected`, both `[rows][outputs]`.
  public init(_ loss: Loss = .absoluteError, predicted: Matrix, expected: Matrix) {
    self.init(loss)
    precondition(
      predicted.rows == expected.rows && predicted.columns == expected.columns,
      "Outputs and targets must have the same shape.")
    add(predicted: predicted.values, expected: expected.values)
  }

  /// Adds the losses of more outputs, one after the other.
  ///
  /// - Parameters:
  ///   - predicted: the outputs; those beyond the number of targets have no say.
  ///   - expected: the targets.
  mutating func add(predicted: [Float], expected: [Float]) {
    let (predicted, expected) = (predicted.span, expected.span)
    for index in expected.indices where !expected[index].isNaN {
      total += loss.value(predicted[index], expected[index])
      count += 1
    }
  }

  /// The loss over the targets of both.
  public static func += (sum: inout MeanLoss, other: MeanLoss) {
    precondition(sum.loss == other.loss, "Losses of one kind are added.")
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

  /// Writes the gradient by the outputs, L'(y, t) / N.
  ///
  /// - Parameters:
  ///   - predicted: the outputs; those beyond the number of targets are left out.
  ///   - expected: the targets, all or some of those that the error is about.
  ///   - knownCount: N.
  ///   - gradient: receives as many numbers as there are targets.
  package static func writeGradient(
    of loss: Loss = .absoluteError, predicted: [Float], expected: [Float], knownCount: Int,
    into gradient: inout [Float]
  ) {
    let step = Float(1 / Double(knownCount))
    let (predicted, expected) = (predicted.span, expected.span)
    var gradient = gradient.mutableSpan
    for index in expected.indices {
      let target = expected[index]
      gradient[index] = target.isNaN ? 0 : step * loss.slope(predicted[index], target)
    }
  }
}
