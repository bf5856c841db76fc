public import SpectraIO
public import SpectraInfer

/// The sites of a database as the networks see them: prepared features beside simulated properties.
public struct Dataset: Sendable {
  /// The sites, in the order of the rows.
  public let sites: [SimulatedSite]
  /// The recipe by which the features were prepared.
  public let preprocessor: Preprocessor
  /// The checksums of the database's files; nil where it was not read from files.
  public let checksums: DatabaseChecksums?
  /// Prepared intensities, [sites, grid points].
  public let features: Matrix

  /// Number of spectra.
  public var count: Int { sites.count }
  /// The group of each spectrum.
  public var groups: [String] { sites.map(\.group) }

  /// Broadens the transitions of each site and prepares them with `preprocessor`.
  ///
  /// - Parameter smallestGap: sites of crystals below this gap (eV) are left out as suspect.
  /// - Throws: `DataError` naming the site that cannot be prepared, or where none is left.
  public init(_ database: Database, preprocessor: Preprocessor, smallestGap: Double = 1) throws {
    let sites = database.sites.filter { $0.groundGap >= smallestGap }
    guard !sites.isEmpty else {
      throw DataError("no site of the database has a gap of \(smallestGap) eV or more")
    }
    let broadening = TransitionBroadening(sigma: preprocessor.broadeningSigma)
    var values: [Float] = []
    for site in sites {
      do throws(SpectraError) {
        values += try Self.prepare(site, broadening, preprocessor)
      } catch {
        throw DataError("\(site.id): cannot be prepared: \(error)")
      }
    }
    self.sites = sites
    self.preprocessor = preprocessor
    checksums = database.checksums
    features = Matrix(rows: sites.count, columns: preprocessor.grid.count, values: values)
  }

  /// Some of the spectra, with the properties of others in place of their own: the features stay.
  func assigning(propertiesOf others: [Int], to rows: [Int]) -> Dataset {
    var sites = rows.map { self.sites[$0] }
    for (index, other) in others.enumerated() {
      sites[index].properties = self.sites[other].properties
    }
    return Dataset(
      sites: sites, preprocessor: preprocessor, features: features.selecting(rows: rows))
  }

  private init(sites: [SimulatedSite], preprocessor: Preprocessor, features: Matrix) {
    self.sites = sites
    self.preprocessor = preprocessor
    checksums = nil
    self.features = features
  }

  /// The features of one site.
  private static func prepare(
    _ site: SimulatedSite, _ broadening: TransitionBroadening, _ preprocessor: Preprocessor
  ) throws(SpectraError) -> [Float] {
    let threshold = site.properties.excitationEnergy
    let simulated = broadening.spectrum(of: site, threshold: threshold)
    let spectrum = try Spectrum(
      axis: EnergyAxis(simulated.energies.span), intensities: simulated.intensities.span)
    var workspace = try Workspace(preparing: preprocessor.grid, channelCount: spectrum.count)
    // A simulated spectrum has no background, and its threshold and axis are known.
    let options = MeasurementOptions(
      background: .alreadyRemoved, threshold: threshold, energyOffset: 0)
    _ = try preprocessor.prepare(spectrum, options: options, using: &workspace)
    return workspace.withFeatures(preprocessor.grid.count) { features in
      features.indices.map { features[$0] }
    }
  }
}
