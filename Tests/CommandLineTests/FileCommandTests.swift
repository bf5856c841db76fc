import Foundation
import SpectraTestSupport
import Testing

@Suite("Commands for spectrum files")
struct FileCommandTests {
  static let text = "# Sample: quartz\nEnergy (keV);a;b\n0,5;1;2\n0,501;3;4\n0,503;5;6\n"

  @Test("Inspect says shape, axis, keys and warnings, within the width of a terminal")
  func inspect() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.text, to: "line.txt")
    let outcome = try CommandLineProgram.run(["inspect", path])
    #expect(outcome.status == 0)
    #expect(
      outcome.output == """
        \(path)
        format      text in columns
        shape       2 spectra of 3 channels
        energies    500 to 503 eV, not evenly spaced
        warning     energies are converted from keV
        key         Sample = quartz
        key         column 1 = Energy (keV)
        key         column 2 = a
        key         column 3 = b

        """)
  }

  @Test("Inspect writes JSON; of a model, its card")
  func json() throws {
    struct Report: Decodable {
      struct Energies: Decodable { let first, last: Double }
      let format: String
      let navigation_shape: [Int]
      let channel_count: Int
      let energy_ev: Energies
      let warnings: [String]
    }
    struct Card: Decodable { let name: String }
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.text, to: "line.txt")
    let outcome = try CommandLineProgram.run(["inspect", path, "--json"])
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect((report.format, report.navigation_shape, report.channel_count) == ("text", [2], 3))
    #expect((report.energy_ev.first, report.energy_ev.last) == (500, 503))
    #expect(report.warnings.count == 1)
    let model = try CommandLineProgram.run(["inspect", SmallDatabase.shared.get().model, "--json"])
    #expect(try !JSONDecoder().decode(Card.self, from: Data(model.output.utf8)).name.isEmpty)
  }

  @Test("Convert to .npy and to .csv, and back", arguments: [".npy", ".csv"])
  func convert(_ ending: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.text, to: "line.txt")
    let first = "\(folder.path)/x\(ending)"
    let there = try CommandLineProgram.run(["convert", path, "--out", first])
    #expect(there.status == 0)
    #expect(there.errors == "Warning: \(path): energies are converted from keV\n")
    let axis = ending == ".npy" ? ["--axis", folder.path + "/x.energy.npy"] : []
    let back = try CommandLineProgram.run(
      ["convert", first, "--out", folder.path + "/y.csv"] + axis)
    #expect(back.status == 0, "\(back.errors)")
    #expect(
      try String(contentsOfFile: folder.path + "/y.csv", encoding: .utf8) == """
        energy_ev,intensity_1,intensity_2
        500.0,1.0,2.0
        501.0,3.0,4.0
        503.0,5.0,6.0

        """)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!names.contains { $0.hasSuffix(".partial") })
  }

  @Test("One spectrum becomes .msa; a line of them cannot")
  func msa() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("500 1\n501 2.5\n", to: "one.txt")
    let out = folder.path + "/one.msa"
    #expect(try CommandLineProgram.run(["convert", path, "--out", out]).status == 0)
    let text = try String(contentsOfFile: out, encoding: .utf8)
    #expect(text.contains("\n500.0, 1.0\n501.0, 2.5\n#ENDOFDATA"))
    let line = try folder.write(Self.text, to: "line.txt")
    let refusal = try CommandLineProgram.run(["convert", line, "--out", out])
    #expect(refusal.status == 1)
    #expect(refusal.errors.contains("holds 2 spectra, and one is wanted"))
  }

  @Test("A disk that fills up leaves the older files as they were", arguments: [".npy", ".csv"])
  func fullDisk(_ ending: String) throws {
    let folder = try TemporaryFolder()
    let image = try MapImage([2, 3], in: folder)
    let command = ["convert", image.path, "--out", "\(folder.path)/x\(ending)"]
    let older = try CommandLineProgram.run(command + ["--offset", "1", "--dispersion", "1"])
    #expect(older.status == 0, "\(older.errors)")
    let files = try MapCommandTests.files(folder.path)
    // The energies have 8128 bytes, the intensities 24,128 as numbers and more as text.
    let outcome = try CommandLineProgram.run(
      command + MapImage.axis,
      environment: ["--ignore-signal=XFSZ", "/usr/bin/prlimit", "--fsize=16000"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("Error: \(folder.path)/x\(ending): cannot be written; "))
    #expect(try MapCommandTests.files(folder.path) == files)
    #expect(try CommandLineProgram.run(command + MapImage.axis).status == 0)
    #expect(try MapCommandTests.files(folder.path) != files)
  }

  @Test("Where the energies cannot be written, the intensities are not either")
  func energiesInTheWay() throws {
    let folder = try TemporaryFolder()
    let image = try MapImage([2, 3], in: folder)
    let out = try folder.write("old", to: "x.npy")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/x.energy.npy", withIntermediateDirectories: false)
    let outcome = try CommandLineProgram.run(
      ["convert", image.path, "--out", out] + MapImage.axis)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("x.energy.npy: is a folder; name a file in it"))
    #expect(try String(contentsOfFile: out, encoding: .utf8) == "old")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.sorted() == ["image.npy", "x.energy.npy", "x.npy"])
  }

  /// The program would not read such text itself.
  @Test(
    "No text is written with an intensity that is not finite", arguments: [Float.nan, .infinity])
  func notFinite(_ intensity: Float) throws {
    let folder = try TemporaryFolder()
    let counts = { (pixel: Int) -> [Float] in
      var counts = MapImage.counts(pixel)
      if pixel == 4 || pixel == 0 { counts[17 + pixel] = intensity }
      return counts
    }
    let one = try MapImage([1], in: folder, name: "one.npy", counts: counts)
    let several = try MapImage([2, 3], in: folder, name: "several.npy") {
      $0 == 0 ? MapImage.counts(0) : counts($0)
    }
    for (image, ending, place) in [
      (one, "csv", "spectrum 0, channel 17"), (one, "msa", "spectrum 0, channel 17"),
      (several, "csv", "spectrum 4, channel 21"),
    ] {
      let out = "\(folder.path)/x.\(ending)"
      let outcome = try CommandLineProgram.run(
        ["convert", image.path, "--out", out] + MapImage.axis)
      #expect(outcome.status == 1)
      #expect(
        outcome.errors == "Error: \(image.path), \(place): the intensity is \(intensity), which "
          + "text must not have; write it as .npy, or replace it\n")
      #expect(!FileManager.default.fileExists(atPath: out))
      let remedy = try CommandLineProgram.run(
        ["convert", image.path, "--out", folder.path + "/x.npy"] + MapImage.axis)
      #expect(remedy.status == 0, "\(remedy.errors)")
    }
  }
}
