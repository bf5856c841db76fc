/// Which state of the database something was made of: SHA-256 of its files, 64 hexadecimal digits
/// each.
public struct DatabaseChecksums: Sendable, Equatable, Codable {
  /// Of `sites.csv`.
  public let sites: String
  /// Of `transitions.csv`.
  public let transitions: String

  /// Known checksums.
  public init(sites: String, transitions: String) {
    self.sites = sites
    self.transitions = transitions
  }

  // As names are written in model cards and reports.
  private enum CodingKeys: String, CodingKey {
    case sites = "sites.csv"
    case transitions = "transitions.csv"
  }
}
