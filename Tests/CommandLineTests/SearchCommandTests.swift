import Foundation
import SpectraTestSupport
import Testing

@Suite("Search command")
struct SearchCommandTests {
  /// A grid of four points on the small database, all of it in the order of a blink.
  static func arguments(_ out: String, _ more: [String] = []) throws -> [String] {
    try [
      "search", SmallDatabase.shared.get().path, "--out", out, "--split", "spectrum", "--layers",
      "1,2", "--nodes", "4,8", "--l2", "0.001", "--learning-rates", "0.01", "--epochs", "5",
      "--patience", "3", "--foreign-edges", "100",
    ] + more
  }

  /// trials.csv without the seconds, in a fixed order.
  static func trials(_ folder: String) throws -> [String] {
    let text = try String(contentsOfFile: folder + "/trials.csv", encoding: .utf8)
    return text.split(separator: "\n").map { line in
      line.split(separator: ",").enumerated().filter { $0.offset != 8 }.map(\.element)
        .joined(separator: ",")
    }.sorted()
  }

  static func lines(_ file: String) throws -> [Substring] {
    try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
  }

  @Test("A search leaves its tables, a tested model, and the command that makes the model")
  func workflow() throws {
    let folder = try TemporaryFolder()
    let (out, model) = (folder.path + "/out", folder.path + "/model.json")
    let outcome = try CommandLineProgram.run(
      Self.arguments(out, ["--members", "2", "--model", model]))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("4 points on five folds: 20 trials"))
    #expect(outcome.output.contains("\nwinner "))
    for title in WorkflowTests.titles { #expect(outcome.output.contains("\n\(title)")) }
    let report = outcome.output.split(separator: "\n").prefix { !$0.hasPrefix("spectra train ") }
    #expect(report.count > 10 && report.allSatisfy { $0.count <= 80 })

    let header = try Self.lines(out + "/trials.csv")[0]
    #expect(header.hasPrefix("layers,nodes,l2,weight_decay,learning_rate,fold,best_epoch,epochs,"))
    #expect(header.hasSuffix(",excitation_energy"))
    #expect(try Self.lines(out + "/trials.csv").count == 1 + 20)
    #expect(try Self.lines(out + "/configurations.csv").count == 1 + 4)

    // The command that is printed makes the same bytes.
    let line = try #require(
      outcome.output.split(separator: "\n").first { $0.contains(" --hidden ") })
    let again = folder.path + "/again.json"
    let words = line.split(separator: " ").map(String.init).drop { $0 != "train" }.dropLast()
    let training = try CommandLineProgram.run(words + [again])
    #expect(training.status == 0, "\(training.errors)")
    #expect(FileManager.default.contentsEqual(atPath: model, andPath: again))
    // And its test part is that of the search.
    let table = outcome.output.split(separator: "\n").suffix(6).joined(separator: "\n")
    #expect(training.output.contains(table))
  }

  @Test("A search that is done says the same again, without a trial")
  func again() throws {
    let folder = try TemporaryFolder()
    let first = try CommandLineProgram.run(Self.arguments(folder.path))
    let trials = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/trials.csv"))
    let second = try CommandLineProgram.run(Self.arguments(folder.path))
    #expect(second.status == 0)
    #expect(second.output == first.output)
    #expect(second.errors.contains("20 trials, 20 of them done before"))
    let after = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/trials.csv"))
    #expect(after == trials)
  }

  @Test("The number of jobs changes no score", arguments: ["1", "3"])
  func jobs(_ count: String) throws {
    let folders = try (0..<2).map { _ in try TemporaryFolder() }
    for (folder, jobs) in zip(folders, [["--jobs", count], []]) {
      let outcome = try CommandLineProgram.run(
        Self.arguments(folder.path, jobs + ["--trials-only"]))
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(try Self.trials(folders[0].path) == Self.trials(folders[1].path))
    let tables = try folders.map { try Self.lines($0.path + "/configurations.csv") }
    #expect(tables[0] == tables[1])
  }

  @Test("Ctrl-C ends with 130, and the same command goes on", arguments: [SIGINT, SIGTERM])
  func interrupted(by signal: Int32) throws {
    let (folder, whole) = try (TemporaryFolder(), TemporaryFolder())
    let rates = ["--trials-only", "--learning-rates", "0.001,0.002,0.003,0.004"]
    // A search of thousands of trials is under way whenever the signal comes, however slow this
    // process is to send it; it shares its first trials with the small one.
    let many = rates.dropLast() + [(1...1000).map { "\(Double($0) / 1000)" }.joined(separator: ",")]
    let table = folder.path + "/trials.csv"
    let outcome = try CommandLineProgram.run(Self.arguments(folder.path, Array(many))) { process in
      let rows = { (try? Self.lines(table).count) ?? 0 }
      while process.isRunning, rows() < 2 { usleep(5000) }
      kill(process.processIdentifier, signal)
    }
    #expect(outcome.status == 130)
    #expect(outcome.errors.contains("interrupted: "))
    #expect(outcome.errors.contains("the same command goes on from there"))
    #expect(outcome.output.isEmpty)
    let done = try Self.trials(folder.path)
    #expect(done.count > 1 && done.count < 1 + 20_000)

    let fresh = try CommandLineProgram.run(Self.arguments(whole.path, rates))
    let trials = try Set(Self.trials(whole.path))
    let shared = done.count(where: trials.contains) - 1
    #expect(shared > 0)
    let resumed = try CommandLineProgram.run(Self.arguments(folder.path, rates))
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("80 trials, \(shared) of them done before"))
    #expect(fresh.output == resumed.output)
    #expect(try Set(Self.trials(folder.path)) == trials.union(done))
  }

  @Test("--trials-only leaves the test part alone")
  func trialsOnly() throws {
    let folder = try TemporaryFolder()
    let outcome = try CommandLineProgram.run(Self.arguments(folder.path, ["--trials-only"]))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.output.contains("Errors of"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/test.json"))
  }

  @Test("The test part is spent once, and the trials of another search are refused")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let first = try CommandLineProgram.run(Self.arguments(folder.path))
    #expect(first.status == 0, "\(first.errors)")
    let other = try CommandLineProgram.run(Self.arguments(folder.path, ["--members", "3"]))
    #expect(other.status == 1)
    #expect(other.errors.contains("Error: "))
    #expect(other.errors.contains("the test part was spent on another model"))
    let seed = try CommandLineProgram.run(Self.arguments(folder.path, ["--seed", "2"]))
    #expect(seed.status == 1)
    #expect(seed.errors.contains("is of another search, with \"seed\" : 1, and not \"seed\" : 2;"))
  }

  @Test("Divergence everywhere is told")
  func divergence() throws {
    let folder = try TemporaryFolder()
    let outcome = try CommandLineProgram.run(
      Self.arguments(folder.path, ["--learning-rates", "1e38", "--nodes", "4", "--layers", "1"]))
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("Error: training diverged at every point"))
  }

  @Test(
    "Mistakes in the options are told in one sentence",
    arguments: [
      (["--layers", "1,x"], "--layers"), (["--layers", "0"], "1 to 15 hidden layers"),
      (["--layers", "16"], "1 to 15 hidden layers"), (["--layers", ""], "--layers"),
      (["--layers", "1,,2"], "--layers"), (["--nodes", "0"], "1 to 8192 nodes"),
      (["--nodes", "8193"], "1 to 8192 nodes"), (["--nodes", "8,8"], "names a value twice"),
      (["--nodes", "8.5"], "--nodes"), (["--l2=-1"], "L2"), (["--l2", "nan"], "L2"),
      (["--learning-rates", "0"], "learning rate"), (["--learning-rates", "inf"], "learning rate"),
      (["--weight-decays", "1,1e9"], "Weight decay"), (["--epochs", "0"], "at least one epoch"),
      (["--patience", "0"], "patience"), (["--batch-size", "0"], "batch"),
      (["--dropout", "1"], "Dropout"), (["--jobs", "0"], "--jobs must be 1 to 1024."),
      (["--members", "0"], "--members must be 1 to 64."),
      (["--broadening", "nan"], "--broadening must be 0.01 to 10 eV."),
      (["--trials-only", "--model", "x.json"], "--trials-only trains no model"),
      (["--alignment", "sideways"], "alignment"), (["--split", "half"], "split"),
    ])
  func usage(_ options: [String], says: String) throws {
    let folder = try TemporaryFolder()
    let outcome = try CommandLineProgram.run(Self.arguments(folder.path, options))
    #expect(outcome.status == 64)
    let complaints = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
    #expect(complaints.count == 1)
    #expect(complaints.first?.contains(says) == true, "\(outcome.errors)")
    #expect(outcome.errors.contains("spectra search") && outcome.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/search.json"))
  }

  @Test("Mistakes in files are told before any trial")
  func files() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("", to: "file")
    let cases = try [
      (Self.arguments(file), "file: is a file; name a folder"),
      (
        Self.arguments(folder.path, ["--model", "/none/x.json"]), "/none/x.json: cannot be written"
      ),
      (Self.arguments(folder.path, ["--hold-out", "nothing"]), "there is no such material"),
      (["search", folder.path, "--out", folder.path], "sites.csv: cannot be read"),
    ]
    for (arguments, says) in cases {
      let outcome = try CommandLineProgram.run(arguments)
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("Error: ") && outcome.errors.contains(says))
    }
  }
}
