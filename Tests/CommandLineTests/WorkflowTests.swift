import Foundation
import SpectraTestSupport
import Testing

@Suite("Command line")
struct WorkflowTests {
  static let subcommands = [
    "predict", "inspect", "train", "evaluate", "cross-validate", "search", "robustness",
    "synthesize", "convert", "calibrate", "map", "learning-curve",
  ]

  @Test("Help names every subcommand")
  func help() throws {
    let help = try CommandLineProgram.run(["--help"])
    #expect(help.status == 0)
    for subcommand in Self.subcommands { #expect(help.output.contains("\n  \(subcommand) ")) }
  }

  @Test("Each subcommand has its help, and refuses unknown options", arguments: subcommands)
  func subcommandHelp(_ subcommand: String) throws {
    let help = try CommandLineProgram.run([subcommand, "--help"])
    #expect(help.status == 0)
    #expect(help.output.contains("USAGE: spectra \(subcommand) "))
    let unknown = try CommandLineProgram.run([subcommand, "--no-such-option"])
    #expect(unknown.status == 64)
    #expect(unknown.errors.hasPrefix("Error: "))
  }

  @Test("The version is a version")
  func version() throws {
    let version = try CommandLineProgram.run(["--version"])
    #expect(version.status == 0)
    #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  /// The rows of the six properties in a table.
  static let titles = [
    "bond length", "bond angle", "Voronoi volume", "overlap population", "Mulliken charge",
    "excitation energy",
  ]

  func expectTable(_ text: String) {
    for title in Self.titles { #expect(text.contains("\n\(title)")) }
  }

  /// A mixture of sites must not bring a test spectrum into the training where the split divides
  /// materials.
  @Test(
    "The alignment and the split decide what is learned from, if nothing else is said",
    arguments: [
      ("--alignment edge --split group", 0.2), ("--alignment absolute --split spectrum", 0),
      ("--alignment threshold --split group", nil),
      ("--alignment threshold --split group --augment", 0.2),
      ("--alignment edge --split group --no-augment", nil),
    ])
  func augmentation(options: String, mixtureShare: Double?) throws {
    let data = Repository.root.path + "/data"
    let folder = try TemporaryFolder()
    let model = folder.path + "/model.json"
    let outcome = try CommandLineProgram.run(
      [
        "train", data, "--foreign-edges", "100", "--members", "1", "--epochs", "1", "--hidden", "4",
        "--out", model,
      ]
        + options.split(separator: " ").map { String($0) })
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: model)))
    let card = try #require((json as? [String: Any])?["card"] as? [String: Any])
    let augmentation = card["augmentation"] as? [String: Any]
    #expect(augmentation?["mixture_share"] as? Double == mixtureShare)
  }

  @Test("Train, inspect, evaluate, synthesize, predict")
  func workflow() throws {
    let database = try SmallDatabase.shared.get()
    let training = database.training
    #expect(training.status == 0, "\(training.errors)")
    expectTable(training.output)
    #expect(training.errors.contains("48 spectra of "))
    #expect(training.errors.contains("KiB, 2 members, "))

    let inspection = try CommandLineProgram.run(["inspect", database.model])
    #expect(inspection.status == 0)
    expectTable(inspection.output)
    #expect(inspection.output.contains("2 networks of 160-8-8-6\n"))
    #expect(inspection.output.contains("-1.0 to 14.9 eV, 0.10 eV apart"))
    #expect(inspection.output.split(separator: "\n").allSatisfy { $0.count <= 80 })

    let evaluation = try CommandLineProgram.run(["evaluate", database.model, database.path])
    #expect(evaluation.status == 0)
    expectTable(evaluation.output)
    #expect(evaluation.output.contains("test part: "))
    #expect(evaluation.output.contains("learned from: "))
    // Training and evaluation say the same of the test part, from the same file.
    let table = training.output.split(separator: "\n").suffix(6).joined(separator: "\n")
    #expect(evaluation.output.contains(table))

    let file = database.path + "/workflow.csv"
    let synthesis = try CommandLineProgram.run([
      "synthesize", database.path, "--site", database.firstSite, "--out", file, "--properties",
      file + ".txt",
    ])
    #expect(synthesis.status == 0, "\(synthesis.errors)")
    let cells = database.sites.split(separator: "\n")[1].split(separator: ",")
    let properties = try String(contentsOfFile: file + ".txt", encoding: .utf8)
    #expect(properties.hasPrefix("bond_length,\(cells[8])\nbond_angle,\(cells[9])\n"))

    let prediction = try CommandLineProgram.run(["predict", "--model", database.model, file, file])
    #expect(prediction.status == 0, "\(prediction.errors)")
    expectTable(prediction.output)
    #expect(prediction.output.contains("\nbackground  A E^-r on 490.0 to 525.0 eV, r = "))
    #expect(prediction.output.contains("\nonset       "))
    let reports = prediction.output.components(separatedBy: "\n\n")
    #expect(reports.count >= 2 && reports[0] == reports[1])
  }

  @Test("The same command writes the same bytes", arguments: ["edge", "threshold", "absolute"])
  func determinism(alignment: String) throws {
    let database = try SmallDatabase.shared.get()
    let files = ["one", "two"].map { "\(database.path)/\(alignment)-\($0).json" }
    for file in files {
      let outcome = try CommandLineProgram.run([
        "train", database.path, "--foreign-edges", "100", "--members", "3", "--epochs", "2",
        "--hidden", "4", "--split",
        "spectrum", "--alignment", alignment, "--seed", "9", "--out", file,
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(FileManager.default.contentsEqual(atPath: files[0], andPath: files[1]))
  }

  @Test("Cross-validation tests every spectrum once")
  func crossValidation() throws {
    let database = try SmallDatabase.shared.get()
    let outcome = try CommandLineProgram.run([
      "cross-validate", database.path, "--members", "1", "--epochs", "1", "--hidden", "4",
      "--split", "spectrum",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("seed 1, 48 test spectra\n"))
    expectTable(outcome.output)

    let seeds = try CommandLineProgram.run([
      "cross-validate", database.path, "--members", "1", "--epochs", "1", "--hidden", "4",
      "--split", "spectrum", "--folds", "1", "--seeds", "2",
    ])
    #expect(seeds.status == 0, "\(seeds.errors)")
    #expect(seeds.output.contains("seeds 1 to 2, "))
    expectTable(seeds.output)
  }

  @Test("One member and one fold are no members and folds")
  func plurals() throws {
    let database = try SmallDatabase.shared.get()
    let outcome = try CommandLineProgram.run([
      "train", database.path, "--foreign-edges", "100", "--members", "1", "--epochs", "1",
      "--hidden", "", "--split",
      "spectrum", "--out", database.path + "/single.json",
    ])
    #expect(outcome.errors.contains("KiB, 1 member, "))
    let inspection = try CommandLineProgram.run(["inspect", database.path + "/single.json"])
    #expect(inspection.output.contains("1 network of 160-6\n"))
  }
}
