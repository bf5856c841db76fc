import Foundation
import SpectraTestSupport
import Testing

/// What a reader had to guess is told, once, whatever becomes of the file.
@Suite("Warnings about files")
struct FileWarningTests {
  static let outputs: [[String]] = [[], ["--json"], ["--csv"]]

  /// The spectrum of alpha-quartz as a file that says it has more channels than these.
  static func cut(to count: Int, in folder: TemporaryFolder) throws -> String {
    let rows = try String(contentsOfFile: PredictCommandTests.quartz, encoding: .utf8)
      .split(separator: "\n").filter { $0.first?.isNumber == true }
      .map { String($0).replacing(" ", with: ", ") }
    let header = [
      "#FORMAT      : EMSA/MAS Spectral Data File", "#VERSION     : 1.0", "#NPOINTS     : 2048",
      "#NCOLUMNS    : 1", "#XUNITS      : eV", "#DATATYPE    : XY", "#XPERCHAN    : 0.1",
      "#OFFSET      : 490", "#SPECTRUM    : Spectral Data Starts Here",
    ]
    return try folder.write(
      (header + rows.prefix(count)).joined(separator: "\n") + "\n", to: "cut.msa")
  }

  static func warning(_ path: String, count: Int) -> String {
    "Warning: \(path): NPOINTS is 2048, and there are \(count) points and no ENDOFDATA: the file "
      + "may be truncated"
  }

  /// A low-loss spectrum whose energies fall.
  static func lowLoss(in folder: TemporaryFolder) throws -> String {
    let rows = (0..<800).reversed().map { channel -> String in
      let energy = -10 + 0.025 * Double(channel)
      return "\(energy),\((1e6 * exp(-energy * energy / (2 * 0.4 * 0.4)) + 50).rounded())"
    }
    return try folder.write(rows.joined(separator: "\n"), to: "low.csv")
  }

  static func turned(_ path: String) -> String {
    "Warning: \(path): the energies fall; the spectra are turned round"
  }

  /// The lines of standard error that are warnings and errors.
  static func complaints(_ outcome: CommandLineProgram.Outcome) -> [String] {
    outcome.errors.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("Warning: ") || $0.hasPrefix("Error: ")
    }
  }

  @Test("Text and JSON have them beside the prediction, a table has them on standard error")
  func predicted() throws {
    let folder = try TemporaryFolder()
    let path = try Self.cut(to: 800, in: folder)
    for output in Self.outputs {
      let outcome = try CommandLineProgram.run(["predict", path] + output)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let isTable = output == ["--csv"]
      #expect(Self.complaints(outcome) == (isTable ? [Self.warning(path, count: 800)] : []))
      #expect(outcome.output.contains("NPOINTS is 2048") == !isTable)
      if isTable { #expect(outcome.output.split(separator: "\n").count == 2) }
    }
  }

  @Test("They stand before the error of a file that cannot be predicted", arguments: outputs)
  func failed(_ output: [String]) throws {
    let folder = try TemporaryFolder()
    // Up to 530 eV: the edge is missing.
    let path = try Self.cut(to: 400, in: folder)
    let outcome = try CommandLineProgram.run(["predict", path] + output)
    #expect(outcome.status == 1)
    let complaints = Self.complaints(outcome)
    #expect(complaints.count == 2, "\(outcome.errors)")
    #expect(complaints.first == Self.warning(path, count: 400))
    #expect(complaints.last?.hasPrefix("Error: \(path): ") == true)
    #expect(!outcome.output.contains("NPOINTS"))
  }

  @Test("Those of a low-loss file", arguments: outputs)
  func lowLoss(_ output: [String]) throws {
    let folder = try TemporaryFolder()
    let low = try Self.lowLoss(in: folder)
    let outcome = try CommandLineProgram.run(
      ["predict", PredictCommandTests.quartz, "--low-loss", low] + output)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(Self.complaints(outcome) == [Self.turned(low)])
    #expect(!outcome.output.contains("turned round"))
  }

  @Test("spectra calibrate tells those of both its files")
  func calibrated() throws {
    let folder = try TemporaryFolder()
    let path = try Self.cut(to: 851, in: folder)
    let low = try Self.lowLoss(in: folder)
    let outcome = try CommandLineProgram.run([
      "calibrate", path, "--material", "mp-7000", "--low-loss", low, "--json",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors == Self.warning(path, count: 851) + "\n" + Self.turned(low) + "\n")
    let document = try JSONDecoder().decode(
      CalibrateCommandTests.Document.self, from: Data(outcome.output.utf8))
    #expect(document.energy_offset_ev.magnitude < 0.1)
  }

  @Test("spectra map tells those of both its files")
  func mapped() throws {
    let folder = try TemporaryFolder()
    let image = try MapImage([2, 3], in: folder) { MapImage.counts($0).reversed() }
    let energies = EdgeSpectrum().energies
    let axis = try folder.write(
      energies.reversed().map { "\($0)\n" }.joined(), to: "axis.txt")
    let low = try MapImage([1], in: folder, name: "low.npy") { _ in
      energies.reversed().map { energy in
        Float(100 + 1e6 * exp(-pow((energy - 500) / 0.4, 2) / 2))
      }
    }
    let lowAxis = try folder.write(
      energies.reversed().map { "\($0 - 500)\n" }.joined(), to: "low-axis.txt")
    let outcome = try CommandLineProgram.run([
      "map", image.path, "--axis", axis, "--low-loss", low.path, "--low-loss-axis", lowAxis,
      "--out", folder.path + "/maps", "--no-figures",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(Self.complaints(outcome) == [Self.turned(image.path), Self.turned(low.path)])
    #expect(!outcome.output.contains("turned round"))
  }
}
