/// What is done to a low-loss spectrum before it is transformed.
extension FourierRatio {
  private static let elasticReach = 10.0

  /// Where the elastic peak ends: the lowest running average, as wide as the peak, within 10 eV.
  static func elasticBoundary(
    _ cumulative: CumulativeIntensity, _ axis: EnergyAxis, _ zeroLoss: ZeroLossPeak
  ) -> Double {
    let half = zeroLoss.width / 2
    var (best, lowest) = (min(zeroLoss.energy + 2 * half, axis.last), Double.infinity)
    var (lower, upper) = (0, 0)
    var channel = axis.channel(atOrAbove: zeroLoss.energy + 2 * half)
    let last = min(zeroLoss.energy + elasticReach, axis.last - half)
    while channel < axis.count, axis.energies[channel] <= last {
      let energy = axis.energies[channel]
      let above = cumulative.value(at: energy + half, from: &upper)
      let average = above - cumulative.value(at: energy - half, from: &lower)
      if average < lowest { (best, lowest) = (energy, average) }
      channel += 1
    }
    return best
  }

  /// Cells of the core-loss dispersion, from the first channel of the low loss on.
  struct Cells {
    // How far a channel may lie from its place on a uniform axis, in channels.
    private static let uniformity = 0.1
    private static let stepMinimum = 1e-6

    /// Width of a cell, eV.
    let step: Double
    /// Number of cells.
    let count: Int
    /// Position of the zero-loss peak, in cells from the first border.
    let position: Double
    private let first: Double

    /// The border behind the last cell, eV.
    var last: Double { first + Double(count) * step }

    /// - Throws: `.deconvolution` where the core-loss axis is not uniform.
    init(
      of axis: EnergyAxis, _ zeroLoss: ZeroLossPeak, for core: EnergyAxis, points: Int
    ) throws(SpectraError) {
      step = try Self.uniformStep(core)
      first = axis.first
      position = (zeroLoss.energy - first) / step
      // Losses beyond the length of the core-loss axis do not reach any channel of it.
      let span = min(axis.last - first, zeroLoss.energy - first + step * Double(core.count))
      count = max(0, Int(min(span / step, Double(points - core.count))))
    }

    /// Fills the real or the imaginary parts of `fourier` with averages, times a factor of each.
    func fill(
      _ fourier: inout MutableSpan<Double>, imaginary: Bool, _ cumulative: CumulativeIntensity,
      _ factor: (_ cell: Int) -> Double
    ) {
      var (place, below) = (0, 0.0)
      for cell in 0..<count {
        let above = cumulative.value(at: first + Double(cell + 1) * step, from: &place)
        fourier[2 * cell + (imaginary ? 1 : 0)] = factor(cell) * (above - below) / step
        below = above
      }
    }

    /// The dispersion of the core loss, eV.
    private static func uniformStep(_ axis: EnergyAxis) throws(SpectraError) -> Double {
      let step = (axis.last - axis.first) / Double(axis.count - 1)
      guard step >= stepMinimum else {
        throw SpectraError(
          .deconvolution, "the channels are too fine to be energies in eV; check the energy axis",
          found: step)
      }
      for channel in 0..<axis.count {
        let expected = axis.first + Double(channel) * step
        guard (axis.energies[channel] - expected).magnitude < uniformity * step else {
          throw SpectraError(
            .deconvolution,
            """
            the energy axis is not uniform, as deconvolution needs it; resample the spectrum, see \
            the channel of this number
            """, found: Double(channel))
        }
      }
      return step
    }
  }
}
