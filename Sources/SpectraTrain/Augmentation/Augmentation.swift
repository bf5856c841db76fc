import CKernels

/// The range of conditions under which the training spectra are measured, so that a network learns
/// what a measurement does to a spectrum.
///
/// Each disturbance is in a part of the measurements, independently of the others; with all of them
/// in each, networks learn less of what the undisturbed spectra tell (docs/decisions/0004). Noise
/// as augmentation is the way of Mizoguchi and Kiyohara, Microscopy 69 (2020) 92; mixtures of sites
/// are there because a beam sees the average of a crystal.
public struct Augmentation: Sendable, Equatable, Codable {
  /// Measurements of each training spectrum; the first one is the perfect measurement.
  public var viewCount: Int
  /// Share of the measurements that have noise; the same for a wrong axis, another resolution, and
  /// a leftover background.
  public var share: Double
  /// Smallest and largest counts of the edge at its maximum; their logarithm is uniform.
  public var edgeCounts: [Double]
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

  // Edges are tabulated at this many resolutions beside the recipe's.
  private static let broadeningLevels = 9

  /// The ranges of docs/decisions/0004.
  public init(
    viewCount: Int = 32, share: Double = 0.5, edgeCounts: [Double] = [1e3, 1e6],
    axisErrorSigma: Double = 0.1, broadeningRange: [Double] = [0.6, 2.4],
    leftoverBackground: Double = 0.1, mixtureShare: Double = 0.2, seed: UInt64
  ) {
    self.viewCount = viewCount
    self.share = share
    self.edgeCounts = edgeCounts
    self.axisErrorSigma = axisErrorSigma
    self.broadeningRange = broadeningRange
    self.leftoverBackground = leftoverBackground
    self.mixtureShare = mixtureShare
    self.seed = seed
  }

  // As names are written in model files.
  private enum CodingKeys: String, CodingKey {
    case viewCount = "view_count"
    case share
    case edgeCounts = "edge_counts"
    case axisErrorSigma = "axis_error_sigma_ev"
    case broadeningRange = "broadening_range"
    case leftoverBackground = "leftover_background"
    case mixtureShare = "mixture_share"
    case seed
  }

  /// The resolutions that are drawn, eV: the recipe's, and some that are geometric over the range.
  package func broadeningSigmas(of broadeningSigma: Double) -> [Double] {
    let (low, high) = (broadeningRange[0], broadeningRange[1])
    return [broadeningSigma]
      + (0..<Self.broadeningLevels).map { level in
        let place = Double(level) / Double(Self.broadeningLevels - 1)
        return broadeningSigma * low * pow(high / low, place)
      }
  }

  /// Draws the conditions of one measurement; `sigmas` are those of `broadeningSigmas(of:)`.
  package func draw(
    _ sigmas: [Double], generator: inout SeededGenerator
  ) -> MeasurementConditions {
    var conditions = MeasurementConditions(broadeningSigma: sigmas[0])
    if generator.uniform() < share {
      let (low, high) = (log(edgeCounts[0]), log(edgeCounts[1]))
      conditions.edgeCounts = exp(low + (high - low) * generator.uniform())
      conditions.backgroundRatio = exp(log(4) * (2 * generator.uniform() - 1))
    }
    if generator.uniform() < share {
      conditions.axisError = axisErrorSigma * generator.normal()
    }
    if generator.uniform() < share {
      conditions.broadeningSigma = sigmas[1 + generator.index(below: Self.broadeningLevels)]
    }
    if generator.uniform() < share {
      conditions.leftoverBackground = leftoverBackground * (2 * generator.uniform() - 1)
    }
    if generator.uniform() < mixtureShare { conditions.crystalShare = generator.uniform() }
    return conditions
  }
}
