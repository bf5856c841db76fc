internal import CKernels

/// The sums of exp(slope x) x^j over channels, and what they become at another slope near by.
///
/// exp((slope + d) x) = exp(slope x) (1 + d x + (d x)^2 / 2 + ...), so that the sums at one slope
/// are a power series of those at another: no exponential is needed again.
struct ExponentialMoments {
  /// Must be of `SPECTRA_MOMENT_COUNT`, which a type cannot name.
  typealias Sums = InlineArray<9, Double>

  private let sums: Sums

  init(_ sums: Sums) {
    self.sums = sums
  }

  /// The sum of power `order` with a slope larger by `step`.
  func sum(_ order: Int, step: Double) -> Double {
    var value = sums[Sums.count - 1]
    var term = Sums.count - 1
    while term > order {
      term -= 1
      value = sums[term] + value * (step / Double(term - order + 1))
    }
    return value
  }

  /// By how much the slope must grow for the mean of x, weighted by the exponential, to be `mean`.
  ///
  /// - Parameter limit: the largest step that is tried, as the series ends.
  func step(toMean mean: Double, limit: Double) -> Double {
    var step = 0.0
    for _ in 0..<Self.iterationMaximum {
      let whole = sum(0, step: step)
      let here = sum(1, step: step) / whole
      let variance = sum(2, step: step) / whole - here * here
      guard variance > 0 else { return .nan }
      let change = (mean - here) / variance
      let next = min(max(step + change, -limit), limit)
      guard (next - step).magnitude > Self.precision * limit else { return next }
      step = next
    }
    return step
  }

  private static let iterationMaximum = 20
  // Newton's method doubles the digits: from here on there are no more to gain.
  private static let precision = 1e-9
}
