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

  @Test(
    "A stretch of energy weighs channels as its integral does", arguments: KernelTests.available)
  func area(kernel: spectra_kernel) {
    let spectrum = ChannelSpectrum(count: 60, seed: 2, dispersion: 0.1, uneven: 0.7)
    let energies = spectrum.energies
    let inside = energies[20] + 0.4 * (energies[21] - energies[20])
    let places = [
      energies[0], energies[20], inside, inside + 0.01, energies[21], energies[22],
      energies[22] + 0.02, energies[57] + 0.01, energies[59],
    ]
    for (first, lower) in places.enumerated() {
      for upper in places[first...] {
        for start in [0, energies.lastIndex { $0 <= lower } ?? 0] {
          var weights = [Double](repeating: 1, count: 60)
          unsafe spectra_weigh_area(kernel, 60, energies, start, lower, upper, -2.5, &weights)
          for channel in 0..<60 {
            let expected = 1 - 2.5 * Self.area(from: lower, to: upper, of: channel, energies)
            #expect((weights[channel] - expected).magnitude < 1e-12, "\(lower) to \(upper)")
          }
        }
      }
    }
  }

  @Test(
    "Gradients become slopes by features before normalisation", arguments: KernelTests.available)
  func slopes(kernel: spectra_kernel) {
    let used = Int(SPECTRA_SCALARS_USED)
    for points in [1, 3, 4, 9, 160] {
      var generator = SeededGenerator(seed: UInt64(points))
      let stride = points + 3
      let gradients = (0..<used * stride).map { _ in Float(generator.normal()) }
      let scales = (0..<points).map { _ in Float(generator.uniform() + 0.5) }
      let factors = (0..<Self.scalars).map { $0 < used ? generator.normal() : 0 }
      var slopes = [Double](repeating: .nan, count: points * Self.scalars)
      unsafe spectra_gather_slopes(kernel, points, factors, gradients, stride, scales, &slopes)
      let expected = (0..<points * Self.scalars).map { place -> Double in
        let (point, scalar) = place.quotientAndRemainder(dividingBy: Self.scalars)
        guard scalar < used else { return 0 }
        return factors[scalar] * Double(gradients[scalar * stride + point]) * Double(scales[point])
      }
      #expect(slopes == expected)
      // f(x / mean(x)) at a mean of 1: what is added to all x alike along x changes nothing.
      let raw = (0..<points).map { _ in generator.uniform() + 0.1 }
      let mean = raw.reduce(0, +) / Double(points)
      let features = raw.map { Float($0 / mean) }
      unsafe spectra_undivide_slopes(kernel, points, features, 2, &slopes)
      for scalar in 0..<used {
        func along(_ slopes: [Double]) -> Double {
          (0..<points).reduce(0) { $0 + slopes[$1 * Self.scalars + scalar] * Double(features[$1]) }
        }
        #expect(along(slopes).magnitude < 1e-6 * Double(points))
        let shift = along(expected) / Double(points)
        for point in 0..<points {
          let place = point * Self.scalars + scalar
          #expect((slopes[place] - 2 * (expected[place] - shift)).magnitude < 1e-12)
        }
      }
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
