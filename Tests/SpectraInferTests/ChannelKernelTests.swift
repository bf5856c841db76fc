import CKernels
import SpectraTrain
import Testing

/// The loops over channels; expected values are their definitions in CKernelsChannels.h, or those of a
/// reference.
@Suite("Channel kernels")
struct ChannelKernelTests {
  static let available = KernelTests.available

  @Test("Every kernel has the bits of the baseline", arguments: available)
  func bits(kernel: spectra_kernel) {
    for count in Array(2...24) + [63, 64, 65, 127, 130, 1000] {
      for uneven in [0, 0.5] {
        let spectrum = ChannelSpectrum(count: count, seed: UInt64(count), uneven: uneven)
        #expect(
          spectrum.everything(kernel) == spectrum.everything(SPECTRA_KERNEL_BASELINE),
          "\(count) channels")
      }
    }
  }

  /// mpmath 1.3, 40 digits, rounded to a double.
  @Test(
    "Logarithms are right",
    arguments: [
      (1e-300, -690.7755278982137), (3e-07, -15.01948336229021), (0.5, -0.6931471805599453),
      (0.7071067811865475, -0.34657359027997275), (0.7071067811865477, -0.3465735902799724),
      (0.96, -0.040821994520255166), (0.999, -0.0010005003335835344),
      (0.9999999999999999, -1.1102230246251565e-16), (1.0, 0.0),
      (1.0000000000000002, 2.2204460492503128e-16), (1.003, 0.002995508979798371),
      (1.0408, 0.03998964821615841), (1.4142135623730951, 0.3465735902799727),
      (2.0, 0.6931471805599453), (500.0, 6.214608098422191), (9990000.0, 16.117095150624735),
      (1e+300, 690.7755278982137),
    ])
  func logarithm(number: Double, expected: Double) {
    var logarithm = 0.0
    unsafe spectra_logarithms(spectra_kernel_best(), 1, [number], 1, &logarithm)
    #expect((logarithm - expected).magnitude <= 2e-16 + 2 * expected.ulp)
  }

  /// mpmath 1.3, 40 digits, rounded to a double.
  @Test(
    "Exponentials are right",
    arguments: [
      (-700.0, 9.85967654375977e-305), (-300.5, 3.1225412772322846e-131),
      (-37.25, 6.64554417291507e-17), (-1.0, 0.36787944117144233), (-0.35, 0.7046880897187134),
      (-0.3465, 0.7071588192872713), (-0.03, 0.9704455335485082), (-1e-09, 0.999999999),
      (0.0, 1.0), (1e-17, 1.0), (0.0299, 1.0303514936522224), (0.3466, 1.4142509118505286),
      (0.5, 1.6487212707001282), (1.0, 2.718281828459045), (9.9, 19930.370438230297),
      (88.7, 3.325986980250579e+38), (300.5, 3.202519714603633e+130),
      (699.9, 9.177151136957067e+303),
    ])
  func exponential(exponent: Double, expected: Double) {
    var (signal, background) = (0.0, 0.0)
    unsafe spectra_subtract_power_law(
      spectra_kernel_best(), 1, [1], 1, exponent, 0, &signal, &background)
    #expect((background - expected).magnitude <= 2 * expected.ulp)
    #expect(signal == -background)
  }

  /// The C library's functions are right to a unit in the last place.
  @Test(
    "A power law is right near anchors, far from them, and where there is none",
    arguments: [
      (0.01, 3.0), (0.05, 3.0), (0.05, -1000.0), (0.1, 0.0), (0.1, -50.0), (0.2, 40.0), (0.5, 4.5),
      (5, 2.5),
    ])
  func powerLaw(dispersion: Double, exponent: Double) {
    for first in [490.0, 1, -30 * dispersion] {
      let energies = (0..<300).map { first + dispersion * Double($0) }
      var signal = [Double](repeating: 1e3, count: 300)
      var (x, background) = (signal, signal)
      unsafe spectra_subtract_power_law(
        spectra_kernel_best(), 300, energies, 510, 2, -exponent, &signal, &background)
      unsafe spectra_logarithms(spectra_kernel_best(), 300, energies, 510, &x)
      for channel in 0..<300 {
        guard energies[channel] > 0 else {
          #expect(background[channel] == 0 && x[channel] == -.infinity && signal[channel] == 1e3)
          continue
        }
        let logarithm = CLibrary.logarithm(energies[channel] / 510)
        #expect((x[channel] - logarithm).magnitude <= 3e-16 + 2 * logarithm.ulp)
        let power = max(-700, min(2 - exponent * logarithm, 700))
        let expected = CLibrary.exponential(power)
        let fromLogarithm = exponent.magnitude * (3e-16 + 2 * logarithm.ulp)
        let tolerance = 3e-16 * (4 + power.magnitude) + fromLogarithm
        #expect((background[channel] / expected - 1).magnitude <= tolerance)
        #expect(signal[channel] == 1e3 - background[channel])
      }
    }
  }

  @Test("Moments and residuals are the sums of their definition", arguments: [11, 64, 200])
  func sums(count: Int) {
    let spectrum = ChannelSpectrum(count: count, seed: 5)
    let y = spectrum.signal
    let x = spectrum.energies.map { CLibrary.logarithm($0 / 495) }
    var moments = [Double](repeating: 0, count: Int(SPECTRA_MOMENT_COUNT))
    unsafe spectra_exponential_moments(spectra_kernel_best(), count, x, -4, &moments)
    for (order, moment) in moments.enumerated() {
      let terms = x.map { CLibrary.exponential(-4 * $0) * CLibrary.power($0, Double(order)) }
      let scale = terms.reduce(0) { $0 + $1.magnitude }
      #expect((moment - terms.reduce(0, +)).magnitude <= 1e-14 * scale)
    }
    let residuals = unsafe spectra_exponential_residuals(
      spectra_kernel_best(), count, x, y, 7.4, -4, 1e-4, 0.02)
    var (score, information, pearson, size) = (0.0, 0.0, 0.0, 0.0)
    for (x, y) in zip(x, y) {
      let (expected, q) = (CLibrary.exponential(7.4 - 4 * x), x * x - 0.02 * x - 1e-4)
      score += q * (y - expected)
      size += (q * y).magnitude
      information += q * q * expected
      pearson += (y - expected) * (y - expected) / expected
    }
    #expect((residuals.score - score).magnitude < 1e-13 * size)
    #expect((residuals.information / information - 1).magnitude < 1e-12)
    #expect((residuals.pearson / pearson - 1).magnitude < 1e-12)
  }

  @Test("Energies must be numbers, small enough, and rise", arguments: available)
  func rising(kernel: spectra_kernel) {
    for (count, first) in [(2, -3.5), (9, -3.5), (70, -3.5), (2, 0), (9, 0), (70, 490)] {
      let good = (0..<count).map { Double($0) + first }
      #expect(unsafe spectra_are_rising(kernel, count, good))
      for place in 0..<count {
        for wrong in [Double.nan, -.nan, .infinity, -.infinity, 0x1p24, -0x1p24] {
          var bad = good
          bad[place] = wrong
          #expect(unsafe !spectra_are_rising(kernel, count, bad))
        }
        guard place > 0 else { continue }
        var bad = good
        bad[place] = bad[place - 1]
        #expect(unsafe !spectra_are_rising(kernel, count, bad))
      }
    }
    // Two zeros are one energy.
    #expect(unsafe !spectra_are_rising(kernel, 3, [-0.0, 0, 1]))
    #expect(unsafe !spectra_are_rising(kernel, 3, [0, -0.0, 1]))
    #expect(unsafe spectra_are_rising(kernel, 3, [-0.0, 1, 2]))
  }

  @Test("Intensities must be numbers within a limit", arguments: available)
  func within(kernel: spectra_kernel) {
    for count in [1, 5, 40] {
      let good = (0..<count).map { Float($0 % 2 == 0 ? 1e30 : -1e30) }
      #expect(unsafe spectra_are_within(kernel, count, good, 1e30))
      for place in 0..<count {
        for wrong in [Float.nan, -.nan, .infinity, -.infinity, Float(1e30).nextUp] {
          var bad = good
          bad[place] = wrong
          #expect(unsafe !spectra_are_within(kernel, count, bad, 1e30))
        }
      }
    }
  }

  @Test("A first look finds the largest, the smallest step and what repeats", arguments: 2...40)
  func survey(count: Int) {
    for seed in 0..<8 as Range<UInt64> {
      var spectrum = ChannelSpectrum(count: count, seed: seed)
      // So few different counts that some repeat.
      if seed % 2 == 1 { spectrum.counts = spectrum.counts.map { ($0 / 40).rounded() + 1 } }
      if seed % 3 == 1 { spectrum.counts[count / 2] = 0 }
      let counts = spectrum.signal
      var signal = [Double](repeating: -1, count: count)
      let strided = spectrum.counts.flatMap { [$0, .nan, -1] }
      let survey = unsafe spectra_take_channels(spectra_kernel_best(), count, strided, 3, &signal)
      #expect(signal == counts)
      #expect(survey.largest == counts.max())
      let steps = zip(counts, counts.dropFirst()).map { ($0 - $1).magnitude }
      #expect(survey.smallest_step == steps.filter { $0 > 0 }.min() ?? .infinity)
      let repeats = (0..<count - 1).filter { channel in
        counts[channel] == 0
          || channel + 2 < count && Set(counts[channel...(channel + 2)]).count == 1
      }
      #expect(survey.repeats || repeats.isEmpty)
      for from in 0...count {
        let next = unsafe spectra_next_repeat(spectra_kernel_best(), count, signal, from)
        #expect(next == repeats.first { $0 >= from } ?? count)
      }
    }
  }

  @Test("No spike is overlooked, and few channels of noise are taken for one", arguments: available)
  func spikes(kernel: spectra_kernel) {
    for count in [5, 13, 30, 200] {
      for seed in 0..<20 as Range<UInt64> {
        let spectrum = ChannelSpectrum(count: count, seed: seed)
        for place in 2..<count - 2 {
          var s = spectrum.signal
          s[place] += 3000
          #expect(unsafe spectra_next_spike(kernel, count, s, place, 20, 5) == place)
          guard place + 3 < count else { continue }
          s[place + 1] += 3000
          #expect(unsafe spectra_next_spike(kernel, count, s, place, 20, 5) == place)
        }
        let s = spectrum.signal
        var (from, found) = (0, 0)
        while from < count {
          from = unsafe spectra_next_spike(kernel, count, s, from, 20, 5) + 1
          if from <= count { found += 1 }
        }
        #expect(found <= 1 + count / 50)
      }
    }
  }

  @Test(
    "Averages and cells are integrals of the lines between channels",
    arguments: [(0.1, 0.0), (0.1, 0.7), (0.35, 0.0), (1.0, 0.4), (0.03, 0.2)])
  func integrals(dispersion: Double, uneven: Double) {
    let count = 300
    let spectrum = ChannelSpectrum(
      count: count, seed: 3, dispersion: dispersion, uneven: uneven)
    let (energies, signal) = (spectrum.energies, spectrum.signal)
    var integral = [Double](repeating: .nan, count: count)
    var halfSlopes = integral
    unsafe spectra_integrate(
      spectra_kernel_best(), count, energies, signal, &integral, &halfSlopes)
    for channel in 0..<count - 1 {
      let width = energies[channel + 1] - energies[channel]
      let expected = (signal[channel + 1] - signal[channel]) / width / 2
      #expect((halfSlopes[channel] - expected).magnitude <= 4 * expected.ulp)
    }
    #expect(halfSlopes[count - 1] == 0)
    // By the midpoint rule between all places where the slope changes, exact for lines.
    func area(from lower: Double, to upper: Double) -> Double {
      var area = 0.0
      for channel in 0..<count - 1 {
        let (left, right) = (energies[channel], energies[channel + 1])
        let (begin, end) = (max(left, lower), min(right, upper))
        guard begin < end else { continue }
        let part = ((begin + end) / 2 - left) / (right - left)
        area += (end - begin) * (signal[channel] * (1 - part) + signal[channel + 1] * part)
      }
      return area
    }
    for channel in [1, 7, 8, 9, 100, 299] {
      let expected = area(from: energies[0], to: energies[channel])
      #expect((integral[channel] / expected - 1).magnitude < 1e-13)
    }
    let first = energies.firstIndex { $0 > energies[0] + 0.7 } ?? 0
    let end = energies.lastIndex { $0 < energies[count - 1] - 0.7 } ?? 0
    var averages = [Double](repeating: .nan, count: count)
    unsafe ChannelSpectrum.withLines(energies, signal, integral, halfSlopes) {
      unsafe spectra_running_averages(spectra_kernel_best(), $0, first, end, 0.7, &averages)
    }
    for channel in first..<end {
      let expected = area(from: energies[channel] - 0.7, to: energies[channel] + 0.7) / 1.4
      #expect((averages[channel] / expected - 1).magnitude < 1e-10)
    }
    #expect(averages[first - 1].isNaN && averages[end].isNaN)
    var cells = [Float](repeating: .nan, count: 150)
    let (lower, step) = (energies[2] + 0.01, (energies[count - 1] - energies[2]) / 160)
    unsafe ChannelSpectrum.withLines(energies, signal, integral, halfSlopes) {
      unsafe spectra_take_cells(spectra_kernel_best(), $0, 2, 150, lower, step, &cells)
    }
    for cell in 0..<150 {
      let start = lower + Double(cell) * step
      let expected = area(from: start, to: start + step) / step
      #expect((Double(cells[cell]) / expected - 1).magnitude < 1e-7)
    }
  }

  @Test("Averages are right where two ranges of channels were joined", arguments: available)
  func joined(kernel: spectra_kernel) {
    let (count, half) = (64, 0.7)
    for joint in 24..<40 {
      for dispersion in [0.1, 0.35, 0.7] {
        let spectrum = ChannelSpectrum(count: count, seed: 5, dispersion: dispersion)
        // The joint's channel lies 0.001 eV behind the one before it.
        let shift = dispersion - 0.001
        let energies = spectrum.energies.enumerated().map { $1 - ($0 < joint ? 0 : shift) }
        let signal = spectrum.signal
        var integral = [Double](repeating: 0, count: count)
        var halfSlopes = integral
        unsafe spectra_integrate(kernel, count, energies, signal, &integral, &halfSlopes)
        func value(at energy: Double) -> Double {
          let channel = (energies.lastIndex { $0 <= energy } ?? 0)
          let part = energy - energies[channel]
          let slope =
            (signal[channel + 1] - signal[channel]) / (energies[channel + 1] - energies[channel])
          return integral[channel] + part * (signal[channel] + slope * part / 2)
        }
        let first = energies.firstIndex { $0 > energies[0] + half } ?? 0
        let end = energies.lastIndex { $0 < energies[count - 1] - half } ?? 0
        var averages = [Double](repeating: .nan, count: count)
        unsafe ChannelSpectrum.withLines(energies, signal, integral, halfSlopes) {
          unsafe spectra_running_averages(kernel, $0, first, end, half, &averages)
        }
        for channel in first..<end {
          let (lower, upper) = (energies[channel] - half, energies[channel] + half)
          let expected = (value(at: upper) - value(at: lower)) / (2 * half)
          #expect((averages[channel] / expected - 1).magnitude < 1e-6)
        }
      }
    }
  }

  @Test("Sums, the largest and the first above a limit", arguments: available)
  func reductions(kernel: spectra_kernel) {
    for count in [1, 7, 8, 20, 101] {
      var generator = SeededGenerator(seed: UInt64(count))
      var numbers = (0..<count).map { _ in (generator.uniform() * 50).rounded() }
      let largest = numbers.max() ?? 0
      #expect(unsafe spectra_largest(kernel, count, numbers) == numbers.firstIndex(of: largest))
      let spoiled = numbers.map { _ in Double.nan }
      #expect(unsafe spectra_largest(kernel, count, spoiled) < count)
      for limit in [0, 25, 49.5, 51] {
        let expected = numbers.firstIndex { $0 >= limit } ?? count
        #expect(unsafe spectra_first_from(kernel, count, numbers, limit) == expected)
      }
      // Whole numbers are added without rounding.
      let features = numbers.map { Float($0 - 25) }
      let sums = unsafe spectra_sum_features(kernel, count, features)
      #expect(sums.sum == features.reduce(0) { $0 + Double($1) })
      #expect(sums.magnitudes == features.reduce(0) { $0 + Double($1.magnitude) })
      let curvature = (0..<max(0, count - 2)).reduce(0.0) { sum, channel in
        let d = numbers[channel] - 2 * numbers[channel + 1] + numbers[channel + 2]
        return sum + d * d
      }
      #expect(unsafe spectra_curvature(kernel, count, numbers) == curvature)
      var x = numbers.map { $0 - 20 }
      var line = [0.0, 0.0]
      unsafe spectra_line_sums(kernel, count, x, numbers, &line)
      #expect(line == [numbers.reduce(0, +), zip(x, numbers).reduce(0) { $0 + $1.0 * $1.1 }])
      let weights = numbers.map { $0 - 24 }
      (numbers[0], x[0]) = (0, -.infinity)
      let noise = unsafe spectra_sum_noise(kernel, count, weights, numbers, numbers, x)
      let channels = 1..<count
      #expect(noise.noise == channels.reduce(0) { $0 + weights[$1] * weights[$1] * numbers[$1] })
      #expect(noise.level == channels.reduce(0) { $0 + weights[$1] * numbers[$1] })
      #expect(noise.slope == channels.reduce(0) { $0 + weights[$1] * numbers[$1] * x[$1] })
    }
  }
}
