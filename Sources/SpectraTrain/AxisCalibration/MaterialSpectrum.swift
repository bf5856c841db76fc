public import SpectraIO
import SpectraInfer

/// The simulated spectrum of a material as a reference for the energy axis: the mean over its
/// oxygen sites, weighted by their multiplicity, each at its own excitation energy, broadened by a
/// Gaussian.
public struct MaterialSpectrum: Sendable {
  private static let step = 0.02

  /// Identifier of the material.
  public let material: String
  /// Lowest excitation energy of its sites, eV.
  public let threshold: Double
  /// Energy up to which the simulation is complete, eV.
  public let end: Double

  private let start: Double
  private let intensities: [Double]

  /// Tabulates the spectrum of a material.
  ///
  /// - Parameter sigma: standard deviation of the Gaussian, eV.
  /// - Throws: `DataError` where the database has no such material, or a site of it has no
  ///   excitation energy.
  /// - Complexity: O(transitions).
  public init(_ material: String, in database: Database, sigma: Double) throws(DataError) {
    let sites = database.sites.filter { $0.material == material }
    guard let first = sites.first else {
      throw DataError(
        "--material \(material): there is no such material in the database; see the column "
          + "material of its sites.csv")
    }
    var (threshold, end) = (first.properties.excitationEnergy, Double.infinity)
    for site in sites {
      let energy = site.properties.excitationEnergy
      guard energy.isFinite else {
        throw DataError("\(site.id): has no excitation energy; name another material")
      }
      threshold = min(threshold, energy)
      // Above it the broadened spectrum lacks transitions that were not computed.
      end = min(end, energy + site.rangeEnd - 2 * sigma)
    }
    let start = threshold - 40
    let broadening = TransitionBroadening(sigma: sigma)
    let weights = sites.map { Double($0.multiplicity) }
    let total = weights.reduce(0, +)
    intensities = (0..<Int((end - start) / Self.step) + 2).map { index in
      let energy = start + Double(index) * Self.step
      return zip(sites, weights).reduce(0.0) { sum, pair in
        let (site, weight) = pair
        return sum + weight / total
          * broadening.intensity(of: site, at: energy - site.properties.excitationEnergy)
      }
    }
    self.material = material
    self.threshold = threshold
    self.end = end
    self.start = start
  }

  /// Intensity and its slope at an energy (eV on the simulated axis), by linear interpolation, held
  /// beyond the ends.
  public func intensity(at energy: Double) -> (value: Double, slope: Double) {
    let place = (energy - start) / Self.step
    guard place > 0 else { return (intensities[0], 0) }
    let index = Int(min(place, Double(intensities.count - 1)))
    guard index + 1 < intensities.count else { return (intensities[intensities.count - 1], 0) }
    let (low, high) = (intensities[index], intensities[index + 1])
    return (low + (high - low) * (place - Double(index)), (high - low) / Self.step)
  }
}
