import SpectraInfer
import SwiftCSV

/// The simulated database: `sites.csv`, one row a spectrum, and `transitions.csv`, one row a
/// transition.
public struct Database: Sendable {
  /// The sites in the order of `sites.csv`.
  public let sites: [SimulatedSite]
  /// The checksums of the files that it was read from; nil where it was not.
  public let checksums: DatabaseChecksums?

  /// A database of these sites.
  public init(sites: [SimulatedSite]) {
    self.sites = sites
    checksums = nil
  }

  /// Reads the two files of a folder.
  ///
  /// - Throws: `DataError` where a file is missing or a row is malformed, with the row's line.
  /// - Complexity: O(bytes).
  public init(folder: String) throws {
    let siteTable = try Table(folder + "/sites.csv")
    var sites = try Self.readSites(siteTable)
    let transitionTable = try Table(folder + "/transitions.csv")
    try Self.readTransitions(transitionTable, into: &sites)
    for site in sites where site.transitions.isEmpty {
      throw DataError(
        "\(folder)/transitions.csv: there is no transition of \(site.id); pack both files again")
    }
    self.sites = sites
    checksums = DatabaseChecksums(
      sites: siteTable.sha256, transitions: transitionTable.sha256)
  }

  private static func readSites(_ table: Table) throws -> [SimulatedSite] {
    var sites: [SimulatedSite] = []
    var seen: Set<String> = []
    for row in table.rows {
      var properties = PropertyValues(repeating: .nan)
      for property in MaterialProperty.allCases {
        // An empty cell is a property that the site does not have.
        properties[property] = try row.number("\(property.name)", orEmpty: .nan)
      }
      let id = try row.text("spectrum")
      guard seen.insert(id).inserted else { throw row.error("spectrum \(id) is there twice") }
      try sites.append(
        SimulatedSite(
          id: id, material: row.text("material"), group: row.text("group"),
          multiplicity: row.wholeNumber("multiplicity", in: 1..<1_000_000), properties: properties,
          groundGap: row.number("ground_gap"), rangeEnd: row.number("range_end"), transitions: []))
    }
    guard !sites.isEmpty else { throw DataError("\(table.path): there is no site in it") }
    return sites
  }

  private static func readTransitions(_ table: Table, into sites: inout [SimulatedSite]) throws {
    for row in table.rows {
      let site = try row.wholeNumber("spectrum", in: sites.indices)
      let strength = try row.number("strength")
      guard strength >= 0 else { throw row.error("strength is negative") }
      try sites[site].transitions.append(
        SimulatedSite.Transition(energy: row.number("energy"), strength: strength))
    }
  }
}
