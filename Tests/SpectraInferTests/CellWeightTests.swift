import CKernels
import SpectraTrain
import Testing

/// How sums over cells depend on the channels, and what their noise is; expected values are the
/// definitions in CKernelsChannels.h.
@Suite("Weights of cells")
struct CellWeightTests {
  private static let scalars = Int(SPECTRA_SCALARS)

  /// The height at an energy of straight lines that are 1 at a channel and 0 at all others.
  private static func height(at energy: Double, of channel: Int, _ energies: [Double]) -> Double {
    let last = energies.count - 1
    if energy <= energies[channel] {
      guard channel > 0 else { return energy == energies[0] ? 1 : 0 }
      let below = energies[channel - 1]
      return max(0, (energy - below) / (energies[channel] - below))
    }
    guard channel < last else { return 0 }
    let above = energies[channel + 1]
    return max(0, (above - energy) / (above - energies[channel]))
  }

  /// Their integral, by the trapezoids between all places where the slope changes.
  private static func area(
    from lower: Double, to upper: Double, of channel: Int, _ energies: [Double]
  ) -> Double {
    let near = max(0, channel - 1)...min(energies.count - 1, channel + 1)
    let places = [lower] + energies[near].filter { $0 > lower && $0 < upper } + [upper]
    return zip(places, places.dropFirst()).reduce(0) { sum, ends in
      let middle = (ends.0 + ends.1) / 2
      return sum + (ends.1 - ends.0) * height(at: middle, of: channel, energies)
    }
  }

  @Test(
    "Cells narrower and wider than channels weigh these as their integrals do",
    arguments: [(0.1, 0.0, 60), (0.1, 0.7, 60), (0.35, 0.0, 33), (1.0, 0.4, 60), (0.03, 0.2, 250)])
  func weights(dispersion: Double, uneven: Double, count: Int) {
    let spectrum = ChannelSpectrum(count: count, seed: 9, dispersion: dispersion, uneven: uneven)
    let (energies, signal) = (spectrum.energies, spectrum.signal)
    let lower = energies[3] + 0.3 * (energies[4] - energies[3])
    let (cells, step, last) = (24, 0.25, energies[count - 1])
    var generator = SeededGenerator(seed: 4)
    let factors = (0..<cells * Self.scalars).map { _ in generator.normal() }
    var weights = [Double](repeating: 1, count: count * Self.scalars)
    var differences = [Double](repeating: .nan, count: Self.scalars)
    unsafe spectra_weigh_cells(
      spectra_kernel_best(), count, energies, signal, 1, cells, lower, step, factors, &weights,
      &differences)
    let borders = (0...cells).map { min(lower + Double($0) * step, last) }
    for scalar in 0..<Self.scalars {
      let own = (0..<cells).map { factors[$0 * Self.scalars + scalar] }
      var difference = 0.0
      for channel in 0..<count {
        let expected = (0..<cells).reduce(0.0) { sum, cell in
          let area = Self.area(
            from: borders[cell], to: borders[cell + 1], of: channel, energies)
          return sum + own[cell] * area
        }
        let found = weights[channel * Self.scalars + scalar] - 1
        #expect((found - expected).magnitude < 1e-12, "channel \(channel)")
        for cell in 0..<cells {
          let above = Self.height(at: borders[cell + 1], of: channel, energies)
          let below = Self.height(at: borders[cell], of: channel, energies)
          difference += own[cell] * signal[channel] * (above - below)
        }
      }
      #expect((differences[scalar] - difference).magnitude < 1e-8)
    }
  }

  @Test("Cells beyond the last channel weigh nothing", arguments: KernelTests.available)
  func beyond(kernel: spectra_kernel) {
    let factors = [Double](repeating: 1, count: 3 * Self.scalars)
    for lower in [2.0, 5] {
      var weights = [Double](repeating: 0, count: 3 * Self.scalars)
      var differences = [Double](repeating: .nan, count: Self.scalars)
      unsafe spectra_weigh_cells(
        kernel, 3, [0, 1, 2], [5, 6, 7], 0, 3, lower, 0.5, factors, &weights, &differences)
      #expect(weights.allSatisfy { $0 == 0 })
      #expect(differences.allSatisfy { $0 == 0 })
    }
  }

  @Test("The noise of scalars is that of each", arguments: KernelTests.available)
  func noise(kernel: spectra_kernel) {
    for count in [0, 1, 2, 3, 8, 101] {
      var generator = SeededGenerator(seed: UInt64(count))
      // Whole numbers are added without rounding.
      func numbers(_ count: Int) -> [Double] {
        (0..<count).map { _ in (generator.uniform() * 50).rounded() - 10 }
      }
      let weights = numbers(count * Self.scalars)
      var (variances, background, x) = (numbers(count), numbers(count), numbers(count))
      if count > 0 { (variances[0], background[0], x[0]) = (3, 0, -.infinity) }
      var sums = [Double](repeating: .nan, count: 3 * Self.scalars)
      unsafe spectra_sum_noise_of_scalars(kernel, count, weights, variances, background, x, &sums)
      for scalar in 0..<Self.scalars {
        var (noise, level, slope) = (0.0, 0.0, 0.0)
        for channel in 0..<count {
          let weight = weights[channel * Self.scalars + scalar]
          noise += weight * weight * variances[channel]
          level += weight * background[channel]
          slope += channel > 0 ? weight * background[channel] * x[channel] : 0
        }
        let found = (0..<3).map { sums[$0 * Self.scalars + scalar] }
        #expect(found == [noise, level, slope])
      }
    }
  }
}
