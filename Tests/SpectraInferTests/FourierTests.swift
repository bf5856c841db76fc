import Foundation
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Fourier transform")
struct FourierTests {
  private func transform(_ values: [Double], inverse: Bool) -> [Double] {
    var values = values
    var span = values.mutableSpan
    FourierTransform.transform(&span, inverse: inverse)
    return values
  }

  private func random(_ count: Int) -> [Double] {
    var generator = SeededGenerator(seed: UInt64(count))
    return (0..<2 * count).map { _ in generator.normal() }
  }

  @Test("It is the sum that defines it", arguments: [1, 2, 4, 8, 32, 128])
  func definition(count: Int) {
    let values = random(count)
    for inverse in [false, true] {
      let found = transform(values, inverse: inverse)
      for k in 0..<count {
        var (real, imaginary) = (0.0, 0.0)
        for n in 0..<count {
          let angle = (inverse ? 2 : -2) * Double.pi * Double(k * n % count) / Double(count)
          real += values[2 * n] * cos(angle) - values[2 * n + 1] * sin(angle)
          imaginary += values[2 * n] * sin(angle) + values[2 * n + 1] * cos(angle)
        }
        #expect(abs(found[2 * k] - real) < 1e-12 * Double(count))
        #expect(abs(found[2 * k + 1] - imaginary) < 1e-12 * Double(count))
      }
    }
  }

  @Test(
    "Parseval: the norm grows by the count; there and back is the count", arguments: [256, 8192])
  func parseval(count: Int) {
    let values = random(count)
    let there = transform(values, inverse: false)
    let norms = (
      values.reduce(0) { $0 + $1 * $1 }, there.reduce(0) { $0 + $1 * $1 }
    )
    #expect(abs(norms.1 / norms.0 / Double(count) - 1) < 1e-12)
    let back = transform(there, inverse: true)
    for (one, other) in zip(values, back) { #expect(abs(one - other / Double(count)) < 1e-12) }
  }
}
