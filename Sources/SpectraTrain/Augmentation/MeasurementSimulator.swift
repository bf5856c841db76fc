import CKernels
import SpectraIO
public import SpectraInfer

/// Measures the sites of a dataset under stated conditions and prepares what comes out, by the very
/// recipe that measured spectra go through: counts, background fit, onset, grid.
public struct MeasurementSimulator: Sendable {
  /// A measurement, ready for a network.
  public struct Measurement: Sendable {
    /// Prepared intensities, `[grid points]`.
    public let features: [Float]
    /// The properties of what was measured: those of the site, or the average of the sites; NaN
    /// where one of them has none.
    public let properties: PropertyValues
  }

  // An axis that holds the background window and every edge of the database.
  private static let axisStart = 480.0
  private static let dispersion = 0.1
  private static let channelCount = 1024
  private static let backgroundExponent = 3.0

  private let dataset: Dataset
  private let broadeningSigmas: [Double]
  private let edges: [[BroadenedEdge]]  // [sigma][row]
  private let crystals: [[(row: Int, share: Double)]]  // the sites of each row's material

  /// Tabulates all edges at the given resolutions (standard deviations, eV).
  ///
  /// - Complexity: O(resolutions * transitions), about a millisecond a site and resolution.
  public init(_ dataset: Dataset, broadeningSigmas: [Double]) {
    self.dataset = dataset
    self.broadeningSigmas = broadeningSigmas
    edges = broadeningSigmas.map { sigma in
      let broadening = TransitionBroadening(sigma: sigma)
      return Parallel.map(dataset.sites) { BroadenedEdge($0, broadening) }
    }
    let rowsOfMaterial = Dictionary(grouping: dataset.sites.indices) {
      dataset.sites[$0].material
    }
    crystals = dataset.sites.map { site in
      let rows = rowsOfMaterial[site.material] ?? []
      let atoms = rows.reduce(0) { $0 + dataset.sites[$1].multiplicity }
      return rows.map { ($0, Double(dataset.sites[$0].multiplicity) / Double(atoms)) }
    }
  }

  /// Measures one site, or its crystal, once.
  ///
  /// - Parameters:
  ///   - conditions: its resolution must be one of those that the simulator was made with.
  ///   - generator: the source of the noise and of the place of the channels.
  /// - Throws: a `SpectraError` where the measurement cannot be prepared: an edge below the noise.
  public func measure(
    row: Int, _ conditions: MeasurementConditions, generator: inout SeededGenerator
  ) throws(SpectraError) -> Measurement {
    guard let level = broadeningSigmas.firstIndex(of: conditions.broadeningSigma) else {
      preconditionFailure("The simulator was not made for this resolution.")
    }
    let sites = mixture(row, conditions.crystalShare)
    let threshold = sites.reduce(0) {
      $0 + $1.share * dataset.sites[$1.row].properties.excitationEnergy
    }
    let start = Self.axisStart + Self.dispersion * generator.uniform()
    let energies = (0..<Self.channelCount).map { start + Double($0) * Self.dispersion }
    let edge = energies.map { energy in
      sites.reduce(0) { sum, site in
        let own = dataset.sites[site.row].properties.excitationEnergy
        return sum + site.share
          * edges[level][site.row].intensity(at: energy - conditions.axisError - own)
      }
    }
    let intensities = intensities(of: edge, at: energies, conditions, &generator)
    let options = MeasurementOptions(
      background: conditions.edgeCounts == nil ? .alreadyRemoved : nil, threshold: threshold,
      energyOffset: 0)
    return Measurement(
      features: try prepare(energies, intensities, options), properties: properties(of: sites))
  }

  /// The sites that the beam sees, with their shares.
  private func mixture(_ row: Int, _ crystalShare: Double) -> [(row: Int, share: Double)] {
    if crystalShare == 0 { return [(row, 1)] }
    return crystals[row].map { site in
      (site.row, crystalShare * site.share + (site.row == row ? 1 - crystalShare : 0))
    }
  }

  private func properties(of sites: [(row: Int, share: Double)]) -> PropertyValues {
    var values = PropertyValues(repeating: 0)
    for site in sites {
      for property in MaterialProperty.allCases {
        values[property] += site.share * dataset.sites[site.row].properties[property]
      }
    }
    return values
  }

  private func intensities(
    of edge: [Double], at energies: [Double], _ conditions: MeasurementConditions,
    _ generator: inout SeededGenerator
  ) -> [Float] {
    let maximum = edge.max() ?? 0
    let leftover = conditions.leftoverBackground * maximum / 30
    let windowEnd = StandardRecipe.backgroundWindow.end
    let signal = zip(energies, edge).map { energy, intensity in
      intensity + leftover * max(0, energy - windowEnd)
    }
    guard let counts = conditions.edgeCounts, maximum > 0 else { return signal.map { Float($0) } }
    let background = counts * conditions.backgroundRatio
    return zip(energies, signal).map { energy, intensity in
      let mean =
        counts / maximum * intensity + background * pow(energy / 530, -Self.backgroundExponent)
      return Float(SyntheticMeasurement.poisson(max(0, mean), &generator))
    }
  }

  private func prepare(
    _ energies: [Double], _ intensities: [Float], _ options: MeasurementOptions
  ) throws(SpectraError) -> [Float] {
    let preprocessor = dataset.preprocessor
    let spectrum = try Spectrum(
      axis: EnergyAxis(energies.span), intensities: intensities.span)
    var workspace = try Workspace(preparing: preprocessor.grid, channelCount: energies.count)
    _ = try preprocessor.prepare(spectrum, options: options, using: &workspace)
    return workspace.withFeatures(preprocessor.grid.count) { features in
      features.indices.map { features[$0] }
    }
  }
}
