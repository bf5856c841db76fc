import CKernels
import SpectraTrain

/// Channels with noise for tests of the loops over them, and what a kernel makes of them.
struct ChannelSpectrum {
  var energies: [Double]
  var counts: [Float]

  /// A falling background with noise, whole counts.
  ///
  /// - Parameter uneven: by how much of a channel's width energies are off.
  init(count: Int, seed: UInt64, dispersion: Double = 0.1, uneven: Double = 0) {
    var generator = SeededGenerator(seed: seed)
    energies = (0..<count).map {
      490 + dispersion * (Double($0) + uneven * (generator.uniform() - 0.5))
    }
    counts = energies.map { energy in
      let mean = 2000 * (600 - energy).magnitude / 100 + 5
      return Float((mean + mean.squareRoot() * generator.normal()).rounded())
    }
  }

  /// The intensities in double precision.
  var signal: [Double] { counts.map(Double.init) }

  /// Lends lines between channels, and their integral, to a kernel.
  @unsafe
  static func withLines(
    _ energies: [Double], _ signal: [Double], _ integral: [Double], _ halfSlopes: [Double],
    _ body: (UnsafePointer<spectra_lines>) -> Void
  ) {
    unsafe energies.withUnsafeBufferPointer { energies in
      unsafe signal.withUnsafeBufferPointer { signal in
        unsafe integral.withUnsafeBufferPointer { integral in
          unsafe halfSlopes.withUnsafeBufferPointer { halfSlopes in
            var lines = unsafe spectra_lines(
              count: energies.count, energies: energies.baseAddress, signal: signal.baseAddress,
              integral: integral.baseAddress, half_slopes: halfSlopes.baseAddress)
            unsafe body(&lines)
          }
        }
      }
    }
  }

  /// Bits of all that the kernel makes of this spectrum, one after the other.
  func everything(_ kernel: spectra_kernel) -> [UInt64] {
    let count = energies.count
    var bits: [UInt64] = []
    func add(_ numbers: [Double]) { bits += numbers.map(\.bitPattern) }
    var signal = [Double](repeating: -1, count: count)
    let survey = unsafe spectra_take_channels(kernel, count, counts, 1, &signal)
    add([survey.largest, survey.smallest_step, survey.repeats ? 1 : 0])
    add(signal)
    var from = 0
    while from < count {
      from = unsafe spectra_next_repeat(kernel, count, signal, from) + 1
      bits.append(UInt64(from))
    }
    from = 0
    while from < count {
      from = unsafe spectra_next_spike(kernel, count, signal, from, 20, 2) + 1
      bits.append(UInt64(from))
    }
    var scaled = signal
    unsafe spectra_scale_channels(kernel, count, counts, 1, 1.1, &scaled)
    add(scaled)
    add([unsafe spectra_curvature(kernel, count, signal)])
    var x = signal
    unsafe spectra_logarithms(kernel, count, energies, 510, &x)
    add(x)
    var sums = [Double](repeating: 0, count: 2)
    unsafe spectra_line_sums(kernel, count, x, signal, &sums)
    add(sums)
    var moments = [Double](repeating: 0, count: Int(SPECTRA_MOMENT_COUNT))
    unsafe spectra_exponential_moments(kernel, count, x, -3.3, &moments)
    add(moments)
    let residuals = unsafe spectra_exponential_residuals(
      kernel, count, x, signal, 7.5, -3.3, 1e-3, 0.01)
    add([residuals.score, residuals.information, residuals.pearson])
    var (subtracted, background) = (signal, signal)
    unsafe spectra_subtract_power_law(
      kernel, count, energies, 510, 7.5, -3.3, &subtracted, &background)
    add(subtracted + background)
    var (integral, halfSlopes) = (signal, signal)
    unsafe spectra_integrate(kernel, count, energies, subtracted, &integral, &halfSlopes)
    add(integral + halfSlopes)
    var averages = [Double](repeating: 0, count: count)
    if count > 20 {
      var cells = [Float](repeating: 0, count: 100)
      unsafe Self.withLines(energies, subtracted, integral, halfSlopes) {
        unsafe spectra_running_averages(kernel, $0, 8, count - 8, 0.7, &averages)
        unsafe spectra_take_cells(
          kernel, $0, 0, 100, energies[1], (energies[count - 2] - energies[1]) / 100, &cells)
      }
      let sums = unsafe spectra_sum_features(kernel, 99, cells)
      add([sums.sum, sums.magnitudes])
      unsafe spectra_divide_features(kernel, 99, 1.7, &cells)
      add(cells.map(Double.init))
    }
    add(averages)
    bits.append(UInt64(unsafe spectra_largest(kernel, count, averages)))
    bits.append(UInt64(unsafe spectra_first_from(kernel, count, averages, 100)))
    let noise = unsafe spectra_sum_noise(kernel, count, x, scaled, background, x)
    add([noise.noise, noise.level, noise.slope])
    let scalars = Int(SPECTRA_SCALARS)
    let factors = (0..<30 * scalars).map { 1 / Double(($0 * 7) % 31 - 15) }
    var weights = [Double](repeating: 0, count: count * scalars)
    sums = [Double](repeating: 0, count: scalars)
    unsafe spectra_weigh_cells(
      kernel, count, energies, signal, 0, 30, energies[0] + 0.01, 0.17, factors, &weights, &sums)
    add(weights + sums)
    var area = averages
    unsafe spectra_weigh_area(
      kernel, count, energies, 0, energies[0] + 0.03, energies[count - 1] - 0.04, 1.3, &area)
    add(area)
    if count >= 2 * scalars {
      var slopes = weights
      let rows = counts + counts + counts
      unsafe spectra_gather_slopes(
        kernel, count / 2, Array(factors[..<scalars]), rows, count / 2, counts, &slopes)
      add(slopes)
      unsafe spectra_undivide_slopes(kernel, count / 2, counts, 0.3, &slopes)
      add(slopes)
    }
    sums = [Double](repeating: 0, count: 3 * scalars)
    unsafe spectra_sum_noise_of_scalars(kernel, count, weights, scaled, background, x, &sums)
    add(sums)
    return bits
  }
}
