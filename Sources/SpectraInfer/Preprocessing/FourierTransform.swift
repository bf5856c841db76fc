internal import CKernels

/// The discrete Fourier transform of a power of two of complex numbers, in place.
///
/// `F[k] = sum over n of f[n] exp(-2 pi i k n / N)` (Cooley and Tukey, Mathematics of Computation 19
/// (1965) 297), with the roots of unity by a recurrence that is started anew in each stage (Press et
/// al., Numerical Recipes, 3rd ed. 2007, section 12.2), so that errors stay near 1e-15 of the norm.
package enum FourierTransform {
  /// Transforms `values`, in which number `n` has its real part at `2 n` and its imaginary part at
  /// `2 n + 1`; their count must be a power of two.
  ///
  /// - Parameter inverse: with the other sign of the exponent; not divided by the count.
  /// - Complexity: O(N log N); allocates nothing.
  package static func transform(_ values: inout MutableSpan<Double>, inverse: Bool) {
    let count = values.count / 2
    precondition(count > 0 && count & (count - 1) == 0, "the count must be a power of two")
    reverseBits(&values, count)
    var half = 1
    while half < count {
      let angle = (inverse ? 1.0 : -1.0) * Double.pi / Double(half)
      let sine = sin(angle / 2)
      let (realStep, imaginaryStep) = (-2 * sine * sine, sin(angle))
      var (real, imaginary) = (1.0, 0.0)
      for offset in 0..<half {
        var even = offset
        while even < count {
          let (i, j) = (2 * even, 2 * (even + half))
          let x = real * values[j] - imaginary * values[j + 1]
          let y = real * values[j + 1] + imaginary * values[j]
          (values[j], values[j + 1]) = (values[i] - x, values[i + 1] - y)
          (values[i], values[i + 1]) = (values[i] + x, values[i + 1] + y)
          even += 2 * half
        }
        (real, imaginary) = (
          real + (real * realStep - imaginary * imaginaryStep),
          imaginary + (imaginary * realStep + real * imaginaryStep)
        )
      }
      half *= 2
    }
  }

  private static func reverseBits(_ values: inout MutableSpan<Double>, _ count: Int) {
    var reversed = 0
    for index in 1..<max(1, count) {
      var bit = count >> 1
      while reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
      if index < reversed {
        values.swapAt(2 * index, 2 * reversed)
        values.swapAt(2 * index + 1, 2 * reversed + 1)
      }
    }
  }
}
