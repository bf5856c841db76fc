import Foundation
import SpectraTestSupport

/// The first sites of data/, and a model trained on them by the program itself.
final class SmallDatabase: Sendable {
  static let shared = Result { try SmallDatabase() }
  private static let siteCount = 48

  let folder: TemporaryFolder
  let sites: String
  let transitions: String
  /// A model of two members that learned for a moment.
  let model: String
  let training: CommandLineProgram.Outcome

  private init() throws {
    folder = try TemporaryFolder()
    (sites, transitions) = try Self.tables(siteCount: Self.siteCount)
    try folder.write(sites, to: "sites.csv")
    try folder.write(transitions, to: "transitions.csv")
    model = folder.path + "/model.json"
    training = try CommandLineProgram.run([
      "train", folder.path, "--foreign-edges", "100", "--members", "2", "--epochs", "3", "--hidden",
      "8,8", "--split",
      "spectrum", "--out", model,
    ])
  }

  /// The first sites of data/ with their transitions, as text.
  static func tables(siteCount: Int) throws -> (sites: String, transitions: String) {
    let tables = try ["sites", "transitions"].map {
      String(decoding: try Repository.bytes("data/\($0).csv"), as: UTF8.self)
        .split(separator: "\n")
    }
    let transitions = tables[1].dropFirst().prefix { line in
      Int(line.prefix { $0 != "," }).map { $0 < siteCount } ?? false
    }
    return (
      tables[0].prefix(1 + siteCount).map { $0 + "\n" }.joined(),
      ([tables[1][0]] + transitions).map { $0 + "\n" }.joined()
    )
  }

  var path: String { folder.path }
  var spectrum: String { get throws { try synthesize("spectrum.csv") } }

  /// A spectrum of the first site.
  private func synthesize(_ name: String) throws -> String {
    let file = "\(path)/\(name)"
    _ = try CommandLineProgram.run([
      "synthesize", path, "--site", firstSite, "--out", file,
    ])
    return file
  }

  var firstSite: String {
    String(sites.split(separator: "\n")[1].prefix { $0 != "," })
  }
}
