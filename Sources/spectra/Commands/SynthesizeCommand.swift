import ArgumentParser
import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain

/// `spectra synthesize`: a raw noisy spectrum of a site of the database, to try the software on.
struct SynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize",
    abstract: "Make a raw spectrum, counts on a background with Poisson noise, of a simulated site."
  )

  @Argument(help: "Folder of the database, with sites.csv and transitions.csv.")
  var data: String

  @Option(help: "The site, such as mp-7000/O3.")
  var site: String

  @Option(help: "Counts of the edge at its maximum, and of the background at 530 eV.")
  var counts = 20_000.0

  @Option(help: "Gaussian resolution, eV.")
  var broadening = 0.5

  @Option(help: "Seed of the noise.")
  var seed: UInt64 = 1

  @Option(name: .shortAndLong, help: ArgumentHelp("The spectrum file to write.", valueName: "file"))
  var out: String

  @Option(
    help: ArgumentHelp(
      "Also write the simulated properties of the site to this file, as name,value.",
      valueName: "file"))
  var properties: String?

  func validate() throws {
    guard counts > 0, counts <= 1e9 else { throw ValidationError("--counts must be 1 to 1e9.") }
    guard broadening >= 0.01, broadening <= 10 else {
      throw ValidationError("--broadening must be 0.01 to 10 eV.")
    }
  }

  func run() throws {
    let database = try Database(folder: data)
    guard let site = database.sites.first(where: { $0.id == site }) else {
      throw DataError("--site \(site): there is no such site in \(data)")
    }
    let measurement = SyntheticMeasurement(
      site: site, broadeningSigma: broadening, edgeCounts: counts, backgroundCounts: counts)
    guard measurement.hasEdge else {
      throw DataError(
        "\(site.id): has no excitation energy that puts its edge on the axis; name another site")
    }
    var generator = SeededGenerator(seed: seed)
    try measurement.counts(generator: &generator).write(
      to: out,
      comments: [
        "O-K edge of \(site.id), simulated, with Poisson noise: seed \(seed)",
        "counts: \(fixed(counts, 0)) at the maximum of the edge, and of the background at 530 eV",
        "threshold at the simulated excitation energy, "
          + "\(fixed(site.properties.excitationEnergy, 2)) eV",
      ])
    if let properties {
      let lines = MaterialProperty.allCases.filter { !site.properties[$0].isNaN }.map {
        "\($0.name),\(site.properties[$0])"
      }
      try DataFile.write(Data((lines.joined(separator: "\n") + "\n").utf8), to: properties)
    }
  }
}
