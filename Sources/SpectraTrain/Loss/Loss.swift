import CKernels

/// What training makes small: a number for each output and its target.
public enum Loss: Sendable {
  /// |y - t|: for properties.
  case absoluteError
  /// log(1 + exp(y)) - t y, with t 0 or 1: for one of two kinds. The output y is the logarithm of the
  /// odds that it is the one of 1.
  case crossEntropy

  /// The loss of an output.
  func value(_ predicted: Float, _ expected: Float) -> Double {
    switch self {
    case .absoluteError:
      return Double(abs(predicted - expected))
    case .crossEntropy:
      // log(1 + exp(y)) without overflow.
      let output = Double(predicted)
      return max(output, 0) + log1p(exp(-abs(output))) - Double(expected) * output
    }
  }

  /// Its derivative by the output; 0 for an absolute error of zero, the middle of the subgradients
  /// there.
  func slope(_ predicted: Float, _ expected: Float) -> Float {
    switch self {
    case .absoluteError:
      let difference = predicted - expected
      return difference > 0 ? 1 : difference < 0 ? -1 : 0
    case .crossEntropy:
      return Float(1 / (1 + exp(-Double(predicted)))) - expected
    }
  }
}
