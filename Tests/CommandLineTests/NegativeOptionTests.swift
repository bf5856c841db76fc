import Foundation
import SpectraTestSupport
import Testing

/// A number below zero is the value of the option before it, and no option itself.
@Suite("Options below zero")
struct NegativeOptionTests {
  @Test("The first channel of a low-loss spectrum")
  func offset() throws {
    let folder = try TemporaryFolder()
    let counts = try folder.write("1\n2\n3\n", to: "counts.txt")
    let outcome = try CommandLineProgram.run([
      "convert", counts, "--offset", "-20", "--dispersion", "0.5", "--out",
      folder.path + "/x.csv",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      try String(contentsOfFile: folder.path + "/x.csv", encoding: .utf8)
        == "energy_ev,intensity\n-20.0,1.0\n-19.5,2.0\n-19.0,3.0\n")
  }

  @Test("An energy offset, with a value behind a blank and behind an equals sign")
  func energyOffset() throws {
    for option in [["--energy-offset", "-0.3"], ["--energy-offset=-0.3"]] {
      let document = try PredictCommandTests.document([PredictCommandTests.quartz] + option)
      #expect(document.predictions.first?.preparation?.shift_ev == -0.3)
    }
  }

  @Test("Points of a calibration")
  func calibration() throws {
    let document = try PredictCommandTests.document([
      PredictCommandTests.quartz, "--calibrate", "-0.3=0", "--calibrate", "530=530.3",
    ])
    #expect(document.options.calibration_measured_ev == [-0.3, 530])
    #expect(document.options.calibration_true_ev == [0, 530.3])
  }

  /// Energies where no edge is, which the library refuses in its own words.
  @Test(
    "A threshold and a window",
    arguments: [["--threshold", "-5"], ["--threshold=-5"], ["--window", "-5:10"]])
  func energies(_ option: [String]) throws {
    let outcome = try CommandLineProgram.run(
      ["predict", PredictCommandTests.quartz] + option)
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("Error: \(PredictCommandTests.quartz): "))
  }
}
