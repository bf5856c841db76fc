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
    var channel = 0
    while channel < energies.count {
      let energy = energies[channel]
      guard energy > 0 else {
        logarithms[channel] = -.infinity
        channel += 1
        continue
      }
      // Energies rise: where the next one is near enough, so is this one.
      if anchor > 0, channel + 1 < energies.count {
        let pair = SIMD2(energy, energies[channel + 1])
        let u = (pair - SIMD2(anchor, anchor)) * SIMD2(reciprocal, reciprocal)
        if u[0] > -ratioMaximum, u[1] < ratioMaximum {
          let values = SIMD2(base, base) + logarithmSeries(u)
          (logarithms[channel], logarithms[channel + 1]) = (values[0], values[1])
          channel += 2
          continue
        }
      }
      var u = (energy - anchor) * reciprocal
      if !(u.magnitude < ratioMaximum) || anchor <= 0 {
        // Ahead, so that the following channels lie on both sides.
        anchor = energy * (1 + 0.9 * ratioMaximum)
        reciprocal = 1 / anchor
        base = log(anchor / center)
        u = (energy - anchor) * reciprocal
      }
      logarithms[channel] = base + logarithmSeries(SIMD2(u, u))[0]
      channel += 1
    }
  }

  /// ln(1 + u) of two numbers; a call for each pair would cost as much as the series.
  @inline(__always)
  private static func logarithmSeries(_ u: SIMD2<Double>) -> SIMD2<Double> {
    var sum = SIMD2(1.0 / 7, 1.0 / 7) - u * SIMD2(1.0 / 8, 1.0 / 8)
    sum = SIMD2(-1.0 / 6, -1.0 / 6) + u * sum
    sum = SIMD2(1.0 / 5, 1.0 / 5) + u * sum
    sum = SIMD2(-0.25, -0.25) + u * sum
    sum = SIMD2(1.0 / 3, 1.0 / 3) + u * sum
    sum = SIMD2(-0.5, -0.5) + u * sum
    sum = SIMD2(1, 1) + u * sum
    return u * sum
  }

  /// exp of values that change little from one to the next.
  struct Exponential {
    // Far from any exponent; not NaN, as a host may trap comparisons with it.
    private var anchor = -1e300
    private var value = 0.0

    /// - Complexity: O(1), with an exponential of the C library where `exponent` went far.
    mutating func callAsFunction(_ exponent: Double) -> Double {
      let d = exponent - anchor
      // Written so that NaN goes here.
      guard d.magnitude < exponentMaximum else {
        anchor = exponent
        value = exp(exponent)
        return value
      }
      return value * series(SIMD2(d, d))[0]
    }

    /// Of two exponents, the bits of two calls.
    @inline(__always)
    mutating func callAsFunction(_ exponents: SIMD2<Double>) -> SIMD2<Double> {
      let d = exponents - SIMD2(anchor, anchor)
      guard d[0].magnitude < exponentMaximum, d[1].magnitude < exponentMaximum else {
        let first = self(exponents[0])
        return SIMD2(first, self(exponents[1]))
      }
      return SIMD2(value, value) * series(d)
    }

    /// exp(d) of two numbers.
    @inline(__always)
    private func series(_ d: SIMD2<Double>) -> SIMD2<Double> {
      var sum = SIMD2(1.0 / 720, 1.0 / 720) + d * SIMD2(1.0 / 5040, 1.0 / 5040)
      sum = SIMD2(1.0 / 120, 1.0 / 120) + d * sum
      sum = SIMD2(1.0 / 24, 1.0 / 24) + d * sum
      sum = SIMD2(1.0 / 6, 1.0 / 6) + d * sum
      sum = SIMD2(0.5, 0.5) + d * sum
      sum = SIMD2(1, 1) + d * sum
      return SIMD2(1, 1) + d * sum
    }
  }
}
