import CKernels
public import SpectraIO
import SpectraInfer

/// A raw spectrum as a detector would count it: a simulated edge on a power-law background, with
/// Poisson noise.
public struct SyntheticMeasurement: Sendable {
  /// The site whose edge is measured.
  public let site: SimulatedSite
  /// Gaussian resolution, eV.
  public let broadeningSigma: Double
  /// First energy of the axis, eV.
  public let start: Double
  /// Dispersion, eV per channel.
  public let dispersion: Double
  /// Number of channels.
  public let channelCount: Int
  /// Counts of the edge at its maximum.
  public let edgeCounts: Double
  /// Counts of the background at 530 eV.
  public let backgroundCounts: Double
  /// r of the background A E^-r.
  public let backgroundExponent: Double

  /// A measurement of `site` with these parameters of the instrument.
  public init(
    site: SimulatedSite, broadeningSigma: Double = 0.5, start: Double = 480,
    dispersion: Double = 0.1, channelCount: Int = 1024, edgeCounts: Double = 20_000,
    backgroundCounts: Double = 20_000, backgroundExponent: Double = 3
  ) {
    self.site = site
    self.broadeningSigma = broadeningSigma
    self.start = start
    self.dispersion = dispersion
    self.channelCount = channelCount
    self.edgeCounts = edgeCounts
    self.backgroundCounts = backgroundCounts
    self.backgroundExponent = backgroundExponent
  }

  /// Whether the axis reaches into the edge; not where the site has no excitation energy.
  public var hasEdge: Bool {
    let threshold = site.properties.excitationEnergy
    return start < threshold && threshold < start + Double(channelCount - 1) * dispersion
  }

  /// The counts expected in each channel; the threshold lies at the site's excitation energy.
  public func expected() -> (energies: [Double], counts: [Double]) {
    let broadening = TransitionBroadening(sigma: broadeningSigma)
    let threshold = site.properties.excitationEnergy
    let energies = (0..<channelCount).map { start + Double($0) * dispersion }
    let edge = energies.map { broadening.intensity(of: site, at: $0 - threshold) }
    let maximum = edge.max() ?? 0
    let scale = maximum > 0 ? edgeCounts / maximum : 0
    let counts = zip(energies, edge).map { energy, intensity in
      scale * intensity + backgroundCounts * pow(energy / 530, -backgroundExponent)
    }
    return (energies, counts)
  }

  /// Counts drawn from Poisson's distribution about the expected ones.
  public func counts(generator: inout SeededGenerator) -> MeasuredSpectrum {
    let (energies, means) = expected()
    return MeasuredSpectrum(
      energies: energies, intensities: means.map { Float(Self.poisson($0, &generator)) })
  }

  /// A Poisson number: by multiplication of uniform numbers for small means (Knuth), by the rounded
  /// normal distribution, whose error is then below a percent of the noise, for means above 500.
  static func poisson(_ mean: Double, _ generator: inout SeededGenerator) -> Double {
    guard mean < 500 else {
      return max(0, (mean + mean.squareRoot() * generator.normal()).rounded())
    }
    let limit = exp(-mean)
    var (count, product) = (0.0, generator.uniform())
    while product > limit {
      count += 1
      product *= generator.uniform()
    }
    return count
  }
}
