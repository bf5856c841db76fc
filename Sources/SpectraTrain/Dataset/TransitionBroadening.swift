import CKernels
public import SpectraIO

/// Makes a spectrum of simulated transitions, as an instrument of finite resolution would see it:
///
///     I(E) = sum of strength exp(-(E - energy)^2 / (2 sigma^2)) / (sigma sqrt(2 pi))
///
/// The transitions end at the site's `rangeEnd`; from two sigma below it the intensity is held, as
/// a measured spectrum goes on there and does not fall to zero.
public struct TransitionBroadening: Sendable {
  // Beyond this many sigma a Gaussian is below the last digit of single precision.
  private static let reach = 6.0
  /// Lowest energy of the axis, eV from the threshold.
  public static let axisStart = -12.0
  /// Highest energy of the axis, eV from the threshold.
  public static let axisEnd = 28.0
  /// Distance of two channels, eV.
  public static let channelWidth = 0.05

  /// Standard deviation of the Gaussian, eV.
  public let sigma: Double

  /// A broadening by a Gaussian of `sigma` eV.
  public init(sigma: Double) {
    precondition(sigma > 0, "The broadening must be above 0 eV.")
    self.sigma = sigma
  }

  /// Intensity of a site at an energy (eV from its threshold), per eV in the database's unit.
  public func intensity(of site: SimulatedSite, at energy: Double) -> Double {
    let energy = min(energy, site.rangeEnd - 2 * sigma)
    var sum = 0.0
    for transition in site.transitions {
      let distance = (energy - transition.energy) / sigma
      guard distance.magnitude < Self.reach else { continue }
      sum += transition.strength * exp(-distance * distance / 2)
    }
    return sum / (sigma * (2 * Double.pi).squareRoot())
  }

  /// The broadened spectrum on a fine axis.
  ///
  /// - Parameter threshold: energy of the threshold on the axis that is returned, eV.
  public func spectrum(of site: SimulatedSite, threshold: Double = 0) -> MeasuredSpectrum {
    let count = Int((Self.axisEnd - Self.axisStart) / Self.channelWidth) + 1
    let fromThreshold = (0..<count).map { Self.axisStart + Double($0) * Self.channelWidth }
    return MeasuredSpectrum(
      energies: fromThreshold.map { threshold + $0 },
      intensities: fromThreshold.map { Float(intensity(of: site, at: $0)) })
  }
}
