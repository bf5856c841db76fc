internal import CKernels

/// Logarithms and exponentials of slowly varying values: one call of the C library for a few
/// neighbours, and a short power series from there.
///
/// The remainders of the series are below 1e-16 of the values.
enum LocalExpansion {
  // Series of ln(1 + u) to u^8 for |u| below this: the rest is u^9 / 9.
  private static let ratioMaximum = 0.01
  // Series of exp(d) to d^7 for |d| below this: the rest is d^8 / 40320.
  private static let exponentMaximum = 0.03

  /// Fills `logarithms[c]` with ln(E / center); energies (eV) at or below 0 give -infinity.
  ///
  /// - Complexity: O(channels).
  static func fillLogarithms(
    _ logarithms: inout MutableSpan<Double>, of energies: Span<Double>, over center: Double
  ) {
    var (anchor, reciprocal, base) = (-1.0, 0.0, 0.0)
    for channel in energies.indices {
      let energy = energies[channel]
      guard energy > 0 else {
        logarithms[channel] = -.infinity
        continue
      }
      var u = (energy - anchor) * reciprocal
      if !(u.magnitude < ratioMaximum) || anchor <= 0 {
        // Ahead, so that the following channels lie on both sides.
        anchor = energy * (1 + 0.9 * ratioMaximum)
        reciprocal = 1 / anchor
        base = log(anchor / center)
        u = (energy - anchor) * reciprocal
      }
      let high = 1.0 / 5 + u * (-1.0 / 6 + u * (1.0 / 7 - u / 8))
      logarithms[channel] = base + u * (1 + u * (-0.5 + u * (1.0 / 3 + u * (-0.25 + u * high))))
    }
  }

  /// exp of values that change little from one to the next.
  struct Exponential {
    private var anchor = Double.nan
    private var value = 0.0

    /// - Complexity: O(1), with an exponential of the C library where `exponent` went far.
    mutating func callAsFunction(_ exponent: Double) -> Double {
      let d = exponent - anchor
      // Written so that NaN, of the first call, goes here.
      guard d.magnitude < exponentMaximum else {
        anchor = exponent
        value = exp(exponent)
        return value
      }
      let high = 1.0 / 24 + d * (1.0 / 120 + d * (1.0 / 720 + d / 5040))
      return value * (1 + d * (1 + d * (0.5 + d * (1.0 / 6 + d * high))))
    }
  }
}
