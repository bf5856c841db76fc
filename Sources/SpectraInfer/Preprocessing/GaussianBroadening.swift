internal import CKernels

/// Additional Gaussian broadening of a spectrum, to the resolution that a model was trained on.
///
/// Each channel becomes the mean of its neighbours within five standard deviations, weighted by the
/// Gaussian and by their widths. The weights are divided by their sum, so that a constant stays one
/// up to the ends of the axis: what lies beyond them is taken to be as the mean of what is within
/// reach. Channels wider than half the standard deviation make the Gaussian coarse.
package struct GaussianBroadening {
  private static let reach = 5.0
  private static let uniformity = 1e-4
  // A core-loss spectrum has tens of channels within reach; from here on the cost is absurd.
  private static let neighborMaximum = 10_000

  /// Standard deviation, eV.
  package let sigma: Double

  /// The Gaussian between a resolution (full width at half maximum, eV) and a model's broadening
  /// (standard deviation, eV); nil where the resolution is that of the model or coarser.
  package init?(from resolution: Double, to modelSigma: Double) {
    let own = resolution / (8 * log(2.0)).squareRoot()
    guard own < modelSigma else { return nil }
    sigma = (modelSigma * modelSigma - own * own).squareRoot()
  }

  package init(sigma: Double) {
    self.sigma = sigma
  }

  /// Checks that the channels within reach of one are not too many.
  ///
  /// - Throws: `.option` where they are.
  /// - Complexity: O(channels).
  func validate(for energies: Span<Double>) throws(SpectraError) {
    var first = 0
    for channel in energies.indices {
      while energies[channel] - energies[first] > Self.reach * sigma { first += 1 }
      guard channel - first <= Self.neighborMaximum else {
        throw SpectraError(
          .option,
          """
          the channels are too fine to be broadened to the model's resolution; sum neighbouring \
          ones, or give no resolution
          """)
      }
    }
  }

  /// Broadens `signal` in place, whose axis was validated.
  ///
  /// - Parameters:
  ///   - scratch: as many values; overwritten.
  ///   - transposed: applies the transpose instead.
  /// - Complexity: O(channels x channels within reach).
  package func apply(
    to signal: inout MutableSpan<Double>, energies: Span<Double>,
    scratch: inout MutableSpan<Double>, transposed: Bool = false
  ) {
    let step = (energies[energies.count - 1] - energies[0]) / Double(energies.count - 1)
    let neighbors = Self.reach * sigma / step
    // Written so that no step, however small, leads to a number that is none.
    if neighbors < Double(energies.count) / 2, Self.isUniform(energies, step) {
      applyUniform(to: &signal, scratch: &scratch, step / sigma, Int(neighbors), transposed)
    } else {
      applyGeneral(to: &signal, energies: energies, scratch: &scratch, transposed)
    }
  }

  private static func isUniform(_ energies: Span<Double>, _ step: Double) -> Bool {
    for channel in energies.indices {
      let expected = energies[0] + Double(channel) * step
      if (energies[channel] - expected).magnitude > uniformity * step { return false }
    }
    return true
  }

  // MARK: - A uniform axis: one weight for each distance

  private func applyUniform(
    to signal: inout MutableSpan<Double>, scratch: inout MutableSpan<Double>, _ step: Double,
    _ neighbors: Int, _ transposed: Bool
  ) {
    let count = signal.count
    if transposed { divideByNorms(&signal, step, neighbors) }
    for channel in 0..<count { scratch[channel] = signal[channel] }
    var distance = 1
    while distance <= neighbors {
      let weight = weight(step, distance)
      for channel in distance..<count {
        signal[channel] += weight * scratch[channel - distance]
      }
      for channel in 0..<(count - distance) {
        signal[channel] += weight * scratch[channel + distance]
      }
      distance += 1
    }
    if !transposed { divideByNorms(&signal, step, neighbors) }
  }

  private func weight(_ step: Double, _ distance: Int) -> Double {
    let x = Double(distance) * step
    return exp(-x * x / 2)
  }

  private func divideByNorms(
    _ signal: inout MutableSpan<Double>, _ step: Double, _ neighbors: Int
  ) {
    var side = 0.0
    for distance in 0..<neighbors { side += weight(step, distance + 1) }
    let count = signal.count
    for channel in neighbors..<max(neighbors, count - neighbors) {
      signal[channel] /= 1 + 2 * side
    }
    // Near the ends, one side has fewer neighbours.
    var near = 0.0
    for distance in 0..<neighbors {
      if distance > 0 { near += weight(step, distance) }
      signal[distance] /= 1 + side + near
      signal[count - 1 - distance] /= 1 + side + near
    }
  }

  // MARK: - Any axis

  private func applyGeneral(
    to signal: inout MutableSpan<Double>, energies: Span<Double>,
    scratch: inout MutableSpan<Double>, _ transposed: Bool
  ) {
    for channel in energies.indices {
      scratch[channel] = signal[channel]
      signal[channel] = 0
    }
    var first = 0
    for channel in energies.indices {
      let energy = energies[channel]
      while energies[first] < energy - Self.reach * sigma { first += 1 }
      var (sum, norm) = (0.0, 0.0)
      var last = first
      while last < energies.count, energies[last] <= energy + Self.reach * sigma {
        let weight = weight(energies, last, energy)
        norm += weight
        sum += weight * scratch[last]
        last += 1
      }
      guard transposed else {
        signal[channel] = sum / norm
        continue
      }
      let share = scratch[channel] / norm
      for other in first..<last { signal[other] += share * weight(energies, other, energy) }
    }
  }

  private func weight(_ energies: Span<Double>, _ channel: Int, _ center: Double) -> Double {
    let last = energies.count - 1
    let width = energies[min(last, channel + 1)] - energies[max(0, channel - 1)]
    let distance = (energies[channel] - center) / sigma
    // The channels at the ends have one neighbour.
    return exp(-distance * distance / 2) * (channel == 0 || channel == last ? 2 * width : width)
  }
}
