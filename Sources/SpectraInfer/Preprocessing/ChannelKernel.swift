internal import CKernels

/// The loops over channels, with the instructions of the processor; the bits are the same with all.
///
/// CKernelsChannels.h says what each does.
package struct ChannelKernel: Sendable, Equatable {
  /// That of every processor, where asking for a faster one would take longer than it saves.
  static var baseline: ChannelKernel { ChannelKernel(SPECTRA_KERNEL_BASELINE) }

  private let kernel: spectra_kernel

  /// The fastest of this processor, or the one that the environment asks for (`SPECTRA_KERNEL`);
  /// asking takes longer than a spectrum.
  init() {
    self.init(spectra_kernel_chosen())
  }

  private init(_ kernel: spectra_kernel) {
    self.kernel = kernel
  }

  // MARK: - What may be wrong

  /// Whether energies, which may be NaN, rise, and are of a size that can be computed with.
  func areRising(_ energies: Span<Double>) -> Bool {
    unsafe energies.withUnsafeBufferPointer {
      unsafe spectra_are_rising(kernel, $0.count, $0.baseAddress)
    }
  }

  /// Whether intensities, which may be NaN, are between `-limit` and `limit`.
  func areWithin(_ limit: Float, _ intensities: Span<Float>) -> Bool {
    unsafe intensities.withUnsafeBufferPointer {
      unsafe spectra_are_within(kernel, $0.count, $0.baseAddress, limit)
    }
  }

  // MARK: - The intensities

  /// Copies the intensities of a spectrum, and looks at them.
  func take(
    _ spectrum: borrowing Spectrum, into signal: inout MutableSpan<Double>
  ) -> spectra_channel_survey {
    unsafe spectrum.withUnsafeIntensities { intensities, stride in
      unsafe signal.withUnsafeMutableBufferPointer { signal in
        guard let target = signal.baseAddress else { return spectra_channel_survey() }
        return unsafe spectra_take_channels(kernel, signal.count, intensities, stride, target)
      }
    }
  }

  /// Fills `target`, of as many values as channels, with the intensities times `factor`.
  func scale(
    _ spectrum: borrowing Spectrum, _ range: Range<Int>, by factor: Double,
    into target: inout MutableSpan<Double>
  ) {
    unsafe spectrum.withUnsafeIntensities { intensities, stride in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let target = target.baseAddress else { return }
        unsafe spectra_scale_channels(
          kernel, range.count, intensities + range.lowerBound * stride, stride, factor,
          target + range.lowerBound)
      }
    }
  }

  /// The first channel from `channel` on that is 0 or equal to the two behind it; nil: none is.
  func nextRepeat(in signal: borrowing MutableSpan<Double>, from channel: Int) -> Int? {
    let found = unsafe signal.withUnsafeBufferPointer {
      unsafe spectra_next_repeat(kernel, $0.count, $0.baseAddress, channel)
    }
    return found < signal.count ? found : nil
  }

  /// The first channel from `channel` on that may be a spike; nil: none is.
  func nextSpike(
    in signal: borrowing MutableSpan<Double>, from channel: Int, floor: Double, excess: Double
  ) -> Int? {
    let found = unsafe signal.withUnsafeBufferPointer {
      unsafe spectra_next_spike(kernel, $0.count, $0.baseAddress, channel, floor, excess)
    }
    return found < signal.count ? found : nil
  }

  /// The sum of the squared second differences.
  func curvature(of signal: Span<Double>) -> Double {
    unsafe signal.withUnsafeBufferPointer {
      unsafe spectra_curvature(kernel, $0.count, $0.baseAddress)
    }
  }

  // MARK: - The background

  /// Fills `logarithms` with ln(E / center); energies (eV) at or below 0 give -infinity.
  func fillLogarithms(
    _ logarithms: inout MutableSpan<Double>, of energies: Span<Double>, over center: Double
  ) {
    unsafe energies.withUnsafeBufferPointer { energies in
      unsafe logarithms.withUnsafeMutableBufferPointer {
        unsafe spectra_logarithms(
          kernel, energies.count, energies.baseAddress, center, $0.baseAddress)
      }
    }
  }

  /// The sums of y and of x y.
  func lineSums(_ x: Span<Double>, _ y: Span<Double>) -> (y: Double, xy: Double) {
    var sums = (y: 0.0, xy: 0.0)
    unsafe x.withUnsafeBufferPointer { x in
      unsafe y.withUnsafeBufferPointer { y in
        unsafe withUnsafeMutableBytes(of: &sums) {
          unsafe spectra_line_sums(
            kernel, x.count, x.baseAddress, y.baseAddress,
            $0.assumingMemoryBound(to: Double.self).baseAddress)
        }
      }
    }
    return sums
  }

  /// The sums of exp(slope x) x^j.
  func exponentialMoments(_ x: Span<Double>, slope: Double) -> ExponentialMoments {
    var sums = ExponentialMoments.Sums(repeating: 0)
    unsafe x.withUnsafeBufferPointer { x in
      var span = sums.mutableSpan
      unsafe span.withUnsafeMutableBufferPointer {
        unsafe spectra_exponential_moments(kernel, x.count, x.baseAddress, slope, $0.baseAddress)
      }
    }
    return ExponentialMoments(sums)
  }

  /// What counts leave over of exp(level + slope x), and of a parabola in x.
  func residuals(
    _ x: Span<Double>, _ counts: Span<Double>, level: Double, slope: Double, offset: Double,
    tilt: Double
  ) -> spectra_residuals {
    unsafe x.withUnsafeBufferPointer { x in
      unsafe counts.withUnsafeBufferPointer { counts in
        unsafe spectra_exponential_residuals(
          kernel, x.count, x.baseAddress, counts.baseAddress, level, slope, offset, tilt)
      }
    }
  }

  /// Fills `background` with exp(level + slope ln(E / center)), which is subtracted from `signal`; at
  /// and below 0 eV with 0.
  func subtractPowerLaw(
    level: Double, slope: Double, center: Double, energies: Span<Double>,
    from signal: inout MutableSpan<Double>, background: inout MutableSpan<Double>
  ) {
    unsafe energies.withUnsafeBufferPointer { energies in
      unsafe signal.withUnsafeMutableBufferPointer { signal in
        unsafe background.withUnsafeMutableBufferPointer {
          unsafe spectra_subtract_power_law(
            kernel, energies.count, energies.baseAddress, center, level, slope,
            signal.baseAddress, $0.baseAddress)
        }
      }
    }
  }

  // MARK: - Integrals

  /// Fills `integral` with the integral from the first channel on, and `halfSlopes` with half of the
  /// slopes behind the channels.
  func integrate(
    _ signal: Span<Double>, over energies: Span<Double>, into integral: inout MutableSpan<Double>,
    halfSlopes: inout MutableSpan<Double>
  ) {
    unsafe energies.withUnsafeBufferPointer { energies in
      unsafe signal.withUnsafeBufferPointer { signal in
        unsafe integral.withUnsafeMutableBufferPointer { integral in
          unsafe halfSlopes.withUnsafeMutableBufferPointer {
            unsafe spectra_integrate(
              kernel, energies.count, energies.baseAddress, signal.baseAddress,
              integral.baseAddress, $0.baseAddress)
          }
        }
      }
    }
  }

  /// Fills `averages` in `range` with those over `half` eV on both sides, all of which must be on
  /// the axis.
  func fillAverages(
    _ averages: inout MutableSpan<Double>, _ range: Range<Int>, half: Double,
    of cumulative: CumulativeIntensity
  ) {
    unsafe averages.withUnsafeMutableBufferPointer { averages in
      unsafe cumulative.withUnsafeLines {
        unsafe spectra_running_averages(
          kernel, $0, range.lowerBound, range.upperBound, half, averages.baseAddress)
      }
    }
  }

  /// The index of the largest value in `range`, the first of several.
  func largest(of values: borrowing MutableSpan<Double>, in range: Range<Int>) -> Int {
    unsafe values.withUnsafeBufferPointer {
      guard let first = $0.baseAddress else { return range.lowerBound }
      return unsafe range.lowerBound
        + spectra_largest(kernel, range.count, first + range.lowerBound)
    }
  }

  /// The first index in `range` with a value of at least `limit`; its upper bound: there is none.
  func first(
    from limit: Double, of values: borrowing MutableSpan<Double>, in range: Range<Int>
  ) -> Int {
    unsafe values.withUnsafeBufferPointer {
      guard let first = $0.baseAddress else { return range.upperBound }
      return unsafe range.lowerBound
        + spectra_first_from(kernel, range.count, first + range.lowerBound, limit)
    }
  }

  // MARK: - Features

  /// Fills `features` with the means over cells of width `step` (eV) from `lower` (eV) on.
  ///
  /// - Parameter channel: of the channels of the integral, one at or below `lower`.
  func takeCells(
    from lower: Double, step: Double, channel: Int, of cumulative: CumulativeIntensity,
    into features: inout MutableSpan<Float>
  ) {
    unsafe features.withUnsafeMutableBufferPointer { features in
      unsafe cumulative.withUnsafeLines {
        unsafe spectra_take_cells(
          kernel, $0, channel, features.count, lower, step, features.baseAddress)
      }
    }
  }

  /// The sum of features, and that of their magnitudes.
  func sums(of features: borrowing MutableSpan<Float>) -> (sum: Double, magnitudes: Double) {
    unsafe features.withUnsafeBufferPointer {
      let sums = unsafe spectra_sum_features(kernel, $0.count, $0.baseAddress)
      return (sums.sum, sums.magnitudes)
    }
  }

  /// Divides features.
  func divide(_ features: inout MutableSpan<Float>, by divisor: Double) {
    unsafe features.withUnsafeMutableBufferPointer {
      unsafe spectra_divide_features(kernel, $0.count, divisor, $0.baseAddress)
    }
  }

  // MARK: - Noise

  /// Fills `slopes` with `factors` times gradients by scaled features over their scales.
  ///
  /// - Parameters:
  ///   - gradients: one row for each property, `stride` numbers apart.
  ///   - inverseScales: one over the scale of each feature.
  func gatherSlopes(
    _ factors: PropertyLanes, _ gradients: Span<Float>, stride: Int, inverseScales: Span<Float>,
    into slopes: inout MutableSpan<PropertyLanes>
  ) {
    unsafe withUnsafeBytes(of: factors) { factors in
      unsafe gradients.withUnsafeBufferPointer { gradients in
        unsafe inverseScales.withUnsafeBufferPointer { scales in
          unsafe slopes.withUnsafeMutableBytes {
            unsafe spectra_gather_slopes(
              kernel, scales.count, factors.assumingMemoryBound(to: Double.self).baseAddress,
              gradients.baseAddress, stride, scales.baseAddress,
              $0.assumingMemoryBound(to: Double.self).baseAddress)
          }
        }
      }
    }
  }

  /// Takes slopes by features back to before these were divided by their mean, times `factor`.
  func undivide(
    _ slopes: inout MutableSpan<PropertyLanes>, features: Span<Float>, factor: Double
  ) {
    unsafe features.withUnsafeBufferPointer { features in
      unsafe slopes.withUnsafeMutableBytes {
        unsafe spectra_undivide_slopes(
          kernel, features.count, features.baseAddress, factor,
          $0.assumingMemoryBound(to: Double.self).baseAddress)
      }
    }
  }

  /// Adds `factor` times the derivative of the integral from `lower` to `upper` (eV) by each channel
  /// to `weights`: the transpose of `CumulativeIntensity`.
  ///
  /// - Parameter channel: a channel at or below `lower`.
  func weigh(
    from lower: Double, to upper: Double, factor: Double, channel: Int, energies: Span<Double>,
    to weights: inout MutableSpan<Double>
  ) {
    unsafe energies.withUnsafeBufferPointer { energies in
      unsafe weights.withUnsafeMutableBufferPointer {
        unsafe spectra_weigh_area(
          kernel, energies.count, energies.baseAddress, channel, lower, upper, factor,
          $0.baseAddress)
      }
    }
  }

  /// Adds to `weights` how sums over the cells, each its factor times the integral of the signal over
  /// it, depend on the channels.
  ///
  /// - Parameters:
  ///   - lower: where the first cell begins, eV; each is `step` eV wide.
  ///   - channel: a channel at or below `lower`.
  /// - Returns: the sums of the factors times what the signal rises over their cells.
  func weighCells(
    _ factors: Span<PropertyLanes>, from lower: Double, step: Double, channel: Int,
    energies: Span<Double>, signal: Span<Double>, to weights: inout MutableSpan<PropertyLanes>
  ) -> PropertyLanes {
    var differences = PropertyLanes.zero
    unsafe Self.withNumbers(factors) { factors in
      unsafe energies.withUnsafeBufferPointer { energies in
        unsafe signal.withUnsafeBufferPointer { signal in
          unsafe weights.withUnsafeMutableBytes { weights in
            unsafe withUnsafeMutableBytes(of: &differences) {
              unsafe spectra_weigh_cells(
                kernel, energies.count, energies.baseAddress, signal.baseAddress, channel,
                factors.count / PropertyLanes.stride, lower, step, factors.baseAddress,
                weights.assumingMemoryBound(to: Double.self).baseAddress,
                $0.assumingMemoryBound(to: Double.self).baseAddress)
            }
          }
        }
      }
    }
    return differences
  }

  /// The sums of w^2 variance, w background, and w background x.
  func noiseSums(
    _ weights: Span<PropertyLanes>, variances: Span<Double>, background: Span<Double>,
    x: Span<Double>
  ) -> NoiseSums<PropertyLanes> {
    var sums = NoiseSums<PropertyLanes>()
    unsafe Self.withNumbers(weights) { weights in
      unsafe variances.withUnsafeBufferPointer { variances in
        unsafe background.withUnsafeBufferPointer { background in
          unsafe x.withUnsafeBufferPointer { x in
            // Three rows of numbers, one after the other.
            unsafe withUnsafeMutableBytes(of: &sums) {
              unsafe spectra_sum_noise_of_scalars(
                kernel, variances.count, weights.baseAddress, variances.baseAddress,
                background.baseAddress, x.baseAddress,
                $0.assumingMemoryBound(to: Double.self).baseAddress)
            }
          }
        }
      }
    }
    return sums
  }

  private static func withNumbers(
    _ lanes: Span<PropertyLanes>, _ body: (UnsafeBufferPointer<Double>) -> Void
  ) {
    unsafe lanes.withUnsafeBytes { unsafe body($0.assumingMemoryBound(to: Double.self)) }
  }

  /// The sums of w^2 variance, w background, and w background x.
  func noiseSums(
    _ weights: Span<Double>, variances: Span<Double>, background: Span<Double>, x: Span<Double>
  ) -> NoiseSums<Double> {
    unsafe weights.withUnsafeBufferPointer { weights in
      unsafe variances.withUnsafeBufferPointer { variances in
        unsafe background.withUnsafeBufferPointer { background in
          unsafe x.withUnsafeBufferPointer {
            let sums = unsafe spectra_sum_noise(
              kernel, weights.count, weights.baseAddress, variances.baseAddress,
              background.baseAddress, $0.baseAddress)
            return NoiseSums(noise: sums.noise, level: sums.level, slope: sums.slope)
          }
        }
      }
    }
  }
}
