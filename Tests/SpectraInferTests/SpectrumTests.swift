import SpectraInfer
import Testing

@Suite("Spectrum validation")
struct SpectrumTests {
  private func code(_ energies: [Double], _ counts: [Float], stride: Int = 1) -> SpectraError.Code?
  {
    do throws(SpectraError) {
      _ = try Spectrum(
        axis: EnergyAxis(energies.span), intensities: counts.span, stride: stride)
      return nil
    } catch {
      return error.code
    }
  }

  @Test(
    "An axis must be finite, in eV and strictly increasing",
    arguments: [
      ([], .count), ([500], .count), ([500, 500], .axis), ([501, 500], .axis),
      ([500, 501, 500.5], .axis), ([500, .nan], .axis), ([.nan, 500], .axis),
      ([500, .infinity], .axis), ([-.infinity, 500], .axis), ([500, 1e8], .axis),
      ([500, 1e308], .axis), ([500, 500.nextUp], nil), ([-10, -9, 0, 5e-324], nil),
    ] as [([Double], SpectraError.Code?)])
  func axis(energies: [Double], expected: SpectraError.Code?) {
    #expect(code(energies, [Float](repeating: 1, count: energies.count)) == expected)
  }

  @Test(
    "An intensity must be finite",
    arguments: [
      (.nan, .notFinite), (.infinity, .notFinite), (-.infinity, .notFinite),
      (Float.greatestFiniteMagnitude, .notFinite), (1e30, nil), (-5, nil), (0, nil),
      (Float.leastNonzeroMagnitude, nil),
    ] as [(Float, SpectraError.Code?)])
  func intensity(value: Float, expected: SpectraError.Code?) {
    for channel in 0..<3 {
      var counts: [Float] = [1, 1, 1]
      counts[channel] = value
      #expect(code([1, 2, 3], counts) == expected, "channel \(channel)")
    }
  }

  @Test(
    "Intensities must fit the axis",
    arguments: [
      (2, 1, .count), (3, 1, nil), (4, 1, nil), (4, 2, .count), (5, 2, nil), (3, 0, .count),
      (3, -1, .count), (3, Int.max, .count), (3, Int.min, .count),
    ] as [(Int, Int, SpectraError.Code?)])
  func fit(count: Int, stride: Int, expected: SpectraError.Code?) {
    #expect(code([1, 2, 3], [Float](repeating: 1, count: count), stride: stride) == expected)
  }

  @Test("A stride passes over the values between")
  func stride() throws {
    let energies: [Double] = [1, 2, 3]
    let counts: [Float] = [10, .nan, 20, .nan, 30]
    let spectrum = try Spectrum(
      axis: EnergyAxis(energies.span), intensities: counts.span, stride: 2)
    #expect([spectrum.intensity(0), spectrum.intensity(1), spectrum.intensity(2)] == [10, 20, 30])
  }
}
