import CKernels

/// The range of conditions under which the training spectra are measured, so that a network learns
/// what a measurement does to a spectrum.
///
/// Noise as augmentation is the way of Mizoguchi and Kiyohara, Microscopy 69 (2020) 92; mixtures of
/// sites are there because a beam sees the average of a crystal.
public struct Augmentation: Sendable, Equatable, Codable {
  /// Measurements of each training spectrum; the first one is the perfect measurement.
  public var viewCount: Int
  /// Smallest and largest counts of the edge at its maximum; their logarithm is uniform.
  public var edgeCounts: [Double]
  /// Share of the measurements without noise.
  public var noiselessShare: Double
  /// Standard deviation of the error of the energy axis, eV.
  public var axisErrorSigma: Double
  /// Smallest and largest resolution, over the broadening of the recipe.
  public var broadeningRange: [Double]
  /// Largest leftover background of either sign; see `MeasurementConditions`.
  public var leftoverBackground: Double
  /// Share of the measurements that see more than the site; the crystal's share is uniform there.
  public var mixtureShare: Double
  /// What the measurements are drawn from.
  public var seed: UInt64

  // Edges are tabulated at this many resolutions.
  private static let broadeningLevels = 9

  /// The range of docs/decisions/0004.
  public init(
    viewCount: Int = 32, edgeCounts: [Double] = [1e3, 1e6], noiselessShare: Double = 0.2,
    axisErrorSigma: Double = 0.1, broadeningRange: [Double] = [0.6, 2.4],
    leftoverBackground: Double = 0.1, mixtureShare: Double = 0.3, seed: UInt64
  ) {
    self.viewCount = viewCount
    self.edgeCounts = edgeCounts
    self.noiselessShare = noiselessShare
    self.axisErrorSigma = axisErrorSigma
    self.broadeningRange = broadeningRange
    self.leftoverBackground = leftoverBackground
    self.mixtureShare = mixtureShare
    self.seed = seed
  }

  // As names are written in model files.
  private enum CodingKeys: String, CodingKey {
    case viewCount = "view_count"
    case edgeCounts = "edge_counts"
    case noiselessShare = "noiseless_share"
    case axisErrorSigma = "axis_error_sigma_ev"
    case broadeningRange = "broadening_range"
    case leftoverBackground = "leftover_background"
    case mixtureShare = "mixture_share"
    case seed
  }

  /// The resolutions that are drawn, geometric over the range, eV.
  package func broadeningSigmas(of broadeningSigma: Double) -> [Double] {
    let (low, high) = (broadeningRange[0], broadeningRange[1])
    guard high > low else { return [broadeningSigma * low] }
    return (0..<Self.broadeningLevels).map { level in
      let share = Double(level) / Double(Self.broadeningLevels - 1)
      return broadeningSigma * low * pow(high / low, share)
    }
  }

  /// Draws the conditions of one measurement.
  package func draw(
    _ sigmas: [Double], generator: inout SeededGenerator
  ) -> MeasurementConditions {
    var conditions = MeasurementConditions(
      broadeningSigma: sigmas[generator.index(below: sigmas.count)])
    if generator.uniform() >= noiselessShare {
      let (low, high) = (log(edgeCounts[0]), log(edgeCounts[1]))
      conditions.edgeCounts = exp(low + (high - low) * generator.uniform())
      conditions.backgroundRatio = exp(log(4) * (2 * generator.uniform() - 1))
    }
    conditions.axisError = axisErrorSigma * generator.normal()
    conditions.leftoverBackground = leftoverBackground * (2 * generator.uniform() - 1)
    if generator.uniform() < mixtureShare { conditions.crystalShare = generator.uniform() }
    return conditions
  }
}
