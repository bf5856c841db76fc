import Foundation
import SpectraTestSupport
import Testing

@Suite("spectra calibrate")
struct CalibrateCommandTests {
  struct Document: Decodable {
    var energy_offset_ev: Double
    var axis_error_ev: Double
    var correlation: Double
    var arguments: String
  }

  static let data = Repository.root.path + "/data"

  /// A noisy spectrum of alpha-quartz on an axis that is `shift` eV too low.
  static func quartz(shift: Double, in folder: TemporaryFolder) throws -> String {
    let file = folder.path + "/true.csv"
    let synthesis = try CommandLineProgram.run([
      "synthesize", data, "--site", "mp-7000/O3", "--counts", "5000", "--seed", "7", "--out", file,
    ])
    #expect(synthesis.status == 0, "\(synthesis.errors)")
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
      line -> String in
      let cells = line.split(separator: ",")
      guard let energy = Double(cells[0]) else { return String(line) }
      return "\(energy - shift),\(cells[1])"
    }
    return try folder.write(lines.joined(separator: "\n"), to: "shifted.csv")
  }

  @Test("A known shift is found, and what is printed serves spectra predict")
  func shift() throws {
    let folder = try TemporaryFolder()
    let file = try Self.quartz(shift: 4.75, in: folder)
    let outcome = try CommandLineProgram.run([
      "calibrate", file, "--material", "mp-7000", "--data", Self.data, "--json",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let found = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
    #expect((found.energy_offset_ev - 4.75).magnitude < 4 * found.axis_error_ev)
    #expect(found.axis_error_ev < 0.02)
    #expect(found.correlation > 0.9)

    let document = try PredictCommandTests.document(
      [file] + found.arguments.split(separator: " ").map(String.init))
    #expect(document.model.alignment == "absolute")
    let shift = try #require(document.predictions.first?.preparation?.shift_ev)
    #expect((shift - found.energy_offset_ev).magnitude < 0.0006)
    #expect((document.options.axis_error_ev - found.axis_error_ev).magnitude < 0.0006)

    let text = try CommandLineProgram.run(["calibrate", file, "--material", "mp-7000"])
    #expect(text.output.contains("\noffset      4.7"))
    #expect(text.output.contains("\nuse it as   \(found.arguments)"))
  }

  @Test("Another material fits worse")
  func anotherMaterial() throws {
    let folder = try TemporaryFolder()
    let file = try Self.quartz(shift: 0, in: folder)
    let correlations = try ["mp-7000", "mp-556376"].map { material in
      let outcome = try CommandLineProgram.run([
        "calibrate", file, "--material", material, "--json",
      ])
      return try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8)).correlation
    }
    #expect(correlations[1] < correlations[0] - 0.01, "\(correlations)")
  }
}
