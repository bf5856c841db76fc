import Foundation
import SpectraTestSupport
import Testing

@Suite("Folders of results")
struct ReportTests {
  static let evaluation = [
    "errors.csv", "failures.csv", "neighbors.csv", "predictions.csv", "report.json", "spectra.csv",
    "worst.csv",
  ]

  static func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  static func json(_ path: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// The rows of a table as dictionaries; no cell of these tables has a comma in it.
  static func rows(_ path: String) throws -> [[Substring: Substring]] {
    let lines = try text(path).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  // MARK: - spectra evaluate --report

  @Test("An evaluation is written, and may be written again")
  func evaluation() throws {
    let database = try SmallDatabase.shared.get()
    let folder = try TemporaryFolder()
    let path = folder.path + "/new/evaluation"
    let arguments = ["evaluate", database.model, database.path, "--report", path]
    let outcome = try CommandLineProgram.run(arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try Self.names(in: path) == Self.evaluation)
    #expect(outcome.output.contains("python3 -m spectra_infer.report \(path)\n"))
    #expect(outcome.output.contains("\nmp-555823: not in the database\n"))
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.dropLast().allSatisfy { $0.count <= 100 })

    let report = try Self.json(path + "/report.json")
    #expect(report["format"] as? String == "spectra-infer evaluation")
    #expect(report["format_version"] as? Int == 1)
    let parts = try #require(report["parts"] as? [[String: Any]])
    #expect(parts.map { $0["name"] as? String } == ["training", "test", "held_out", "new"])
    let counts = parts.compactMap { $0["spectrum_count"] as? Int }
    #expect(counts.reduce(0, +) == 48 && counts[2] == 0 && counts[3] == 0)
    #expect((report["properties"] as? [Any])?.count == 6)

    let before = try Self.evaluation.map { try Self.text("\(path)/\($0)") }
    try "mine".write(toFile: path + "/index.html", atomically: true, encoding: .utf8)
    #expect(try CommandLineProgram.run(arguments).status == 0)
    #expect(try Self.evaluation.map { try Self.text("\(path)/\($0)") } == before)
    #expect(try Self.text(path + "/index.html") == "mine")
  }

  @Test("The tables on the terminal are those of the folder")
  func sameErrors() throws {
    let database = try SmallDatabase.shared.get()
    let folder = try TemporaryFolder()
    let outcome = try CommandLineProgram.run([
      "evaluate", database.model, database.path, "--report", folder.path,
    ])
    let test = try #require(outcome.output.components(separatedBy: "test part: ").last)
    let line = try #require(test.split(separator: "\n").first { $0.hasPrefix("bond length") })
    let errors = try Self.rows(folder.path + "/errors.csv").filter {
      $0["part"] == "test" && $0["property"] == "bond_length"
    }
    let network = try #require(errors.first { $0["predictor"] == "network" })
    let numbers = ["mean_absolute_error", "root_mean_square_error", "percentile_95"]
    var expected = numbers.map { String(format: "%.4f", Double(network[$0[...]] ?? "") ?? .nan) }
    for predictor in ["nearest", "mean"] {
      let row = try #require(errors.first { $0["predictor"] == predictor[...] })
      let error = Double(row["mean_absolute_error"] ?? "") ?? .nan
      expected.insert(String(format: "%.4f", error), at: 1)
    }
    #expect(line.split(separator: " ").dropFirst(2).prefix(5).map(String.init) == expected)
  }

  @Test("The folder says how far to trust the model, as the terminal does")
  func trust() throws {
    let database = try SmallDatabase.shared.get()
    let folder = try TemporaryFolder()
    let outcome = try CommandLineProgram.run([
      "evaluate", database.model, database.path, "--report", folder.path,
    ])
    let trust = try #require(
      Self.json(folder.path + "/report.json")["trust"] as? [String: Any])

    let rivals = try #require(trust["better_than"] as? [[String: Any]])
    #expect(rivals.count == 24)
    let table = outcome.output.components(separatedBy: "\nbetter than")
    #expect(table.count == 2)
    for word in ["PASS", "FAIL"] {
      let printed = table[1].components(separatedBy: "\(word) (").count - 1
      #expect(rivals.count { $0["passes"] as? Bool == (word == "PASS") } == printed)
    }
    // The mean absolute errors are those of the predictions in the folder.
    let predictions = try Self.rows(folder.path + "/predictions.csv").filter {
      $0["part"] != "training"
    }
    for rival in rivals where rival["rival"] as? String == "mean" {
      let errors = predictions.filter {
        rival["property"] as? String == String($0["property"] ?? "")
      }
      .map { abs((Double($0["predicted"] ?? "") ?? .nan) - (Double($0["expected"] ?? "") ?? .nan)) }
      .filter { !$0.isNaN }
      let error = try #require(rival["mean_absolute_error"] as? Double)
      #expect(abs(error - errors.reduce(0, +) / Double(errors.count)) <= 1e-5 * error)
    }

    let unseen = try #require(trust["unseen_spectra"] as? [String: Int])
    let foreign = try #require(trust["foreign_edges"] as? [String: Int])
    #expect(unseen["spectrum_count"] == Set(predictions.compactMap { $0["spectrum"] }).count)
    let sentence =
      "Flagged as outside of the reference domain:\n  \(unseen["flagged_count"] ?? -1) of "
      + "\(unseen["spectrum_count"] ?? -1) spectra that are not learned from\n  "
      + "\(foreign["flagged_count"] ?? -1) of \(foreign["spectrum_count"] ?? -1) edges"
    #expect(outcome.output.contains(sentence))
    #expect((trust["coverage"] as? [[String: Any]])?.first?["property"] as? String == "all")
  }

  @Test("A held-out material is a part of its own, and examined")
  func heldOut() throws {
    let database = try SmallDatabase.shared.get()
    let folder = try TemporaryFolder()
    let material = String(database.firstSite.prefix { $0 != "/" })
    let model = folder.path + "/model.json"
    let training = try CommandLineProgram.run([
      "train", database.path, "--foreign-edges", "100", "--members", "1", "--epochs", "2",
      "--hidden", "4", "--split",
      "spectrum", "--hold-out", material, "--out", model,
    ])
    #expect(training.status == 0, "\(training.errors)")
    let path = folder.path + "/evaluation"
    let outcome = try CommandLineProgram.run([
      "evaluate", model, database.path, "--report", path,
    ])
    #expect(outcome.output.contains("\n\(material): held out, and examined\n"))
    #expect(outcome.output.contains("\nheld out: "))
    #expect(try Self.json(path + "/report.json")["examined"] as? [String] == [material])
    let sites = database.sites.split(separator: "\n").map { $0.prefix { $0 != "," } }
      .filter { $0.hasPrefix(material + "/") }
    let predicted = try Self.rows(path + "/predictions.csv").filter { $0["part"] == "held_out" }
    #expect(Set(predicted.compactMap { $0["spectrum"] }) == Set(sites))
    let neighbors = try Self.rows(path + "/neighbors.csv")
    for site in sites { #expect(neighbors.count { $0["spectrum"] == site } == 3) }
    #expect(neighbors.allSatisfy { !($0["neighbor"] ?? "").hasPrefix(material + "/") })
  }

  @Test("The model card and the folders tell the checksums of the database")
  func checksums() throws {
    let database = try SmallDatabase.shared.get()
    var expected: [String: String] = [:]
    for name in ["sites.csv", "transitions.csv"] {
      let process = Process()
      let pipe = Pipe()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
      process.arguments = ["\(database.path)/\(name)"]
      process.standardOutput = pipe
      try process.run()
      let output = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      expected[name] = String(decoding: output.prefix(64), as: UTF8.self)
    }
    let card = try #require(Self.json(database.model)["card"] as? [String: Any])
    #expect(card["data_sha256"] as? [String: String] == expected)
    let folder = try TemporaryFolder()
    _ = try CommandLineProgram.run([
      "evaluate", database.model, database.path, "--report", folder.path,
    ])
    let report = try Self.json(folder.path + "/report.json")
    #expect(report["data_sha256"] as? [String: String] == expected)

    // Another state of the same database is told.
    let (sites, transitions) = try SmallDatabase.tables(siteCount: 40)
    try folder.write(sites, to: "sites.csv")
    try folder.write(transitions, to: "transitions.csv")
    let notice = "The database is not in the state that the model was made of."
    let same = try CommandLineProgram.run(["evaluate", database.model, database.path])
    #expect(!same.output.contains(notice))
    let other = try CommandLineProgram.run(["evaluate", database.model, folder.path])
    #expect(other.output.contains(notice))
  }

  @Test("The card of an older version is read")
  func oldCard() throws {
    let database = try SmallDatabase.shared.get()
    var model = try Self.json(database.model)
    var card = try #require(model["card"] as? [String: Any])
    for name in ["parts", "data_sha256", "augmentation"] { card[name] = nil }
    var errors = try #require(card["test_errors"] as? [[String: Any]])
    for index in errors.indices {
      for name in ["root_mean_square_error", "r2", "percentile_95"] { errors[index][name] = nil }
    }
    card["test_errors"] = errors
    model["card"] = card
    model["file_sha256"] = nil
    let folder = try TemporaryFolder()
    let file = try folder.write(SmallModel.sealed(model), to: "old.json")
    let inspection = try CommandLineProgram.run(["inspect", file])
    #expect(inspection.status == 0, "\(inspection.errors)")
    #expect(!inspection.output.contains("RMS") && !inspection.output.contains("SHA-256"))
    #expect(inspection.output.contains("\nbond length "))
    let evaluation = try CommandLineProgram.run([
      "evaluate", file, database.path, "--report", folder.path + "/report",
    ])
    #expect(evaluation.status == 0, "\(evaluation.errors)")
    #expect(try Self.names(in: folder.path + "/report") == Self.evaluation)
    let current = try CommandLineProgram.run(["inspect", database.model])
    #expect(current.output.contains("RMS") && current.output.contains("SHA-256"))
  }

  // MARK: - spectra cross-validate --out

  static func crossValidation(_ path: String, _ options: [String] = []) throws -> [String] {
    let database = try SmallDatabase.shared.get()
    return [
      "cross-validate", database.path, "--members", "1", "--epochs", "3", "--hidden", "4",
      "--split", "spectrum", "--out", path,
    ] + options
  }

  @Test("A cross-validation goes on where Ctrl-C ended it, to the same bytes")
  func interruption() throws {
    let folder = try TemporaryFolder()
    let (whole, broken) = (folder.path + "/whole", folder.path + "/broken")
    // So many epochs that the signal comes long before the end.
    let options = ["--epochs", "400", "--patience", "400", "--seeds", "2"]
    let uninterrupted = try CommandLineProgram.run(Self.crossValidation(whole, options))
    #expect(uninterrupted.status == 0, "\(uninterrupted.errors)")

    let arguments = try Self.crossValidation(broken, options)
    let stopped = try CommandLineProgram.run(arguments) { process in
      // As soon as the first results are written.
      while process.isRunning
        && !FileManager.default.fileExists(atPath: broken + "/predictions.csv")
      { Thread.sleep(forTimeInterval: 0.002) }
      process.interrupt()
    }
    #expect(stopped.status == 130, "\(stopped.errors)")
    #expect(stopped.output.isEmpty)
    #expect(stopped.errors.contains(" of 20 folds are in \(broken). The same command goes on"))
    #expect(try !Self.names(in: broken).contains("errors.csv"))

    let resumed = try CommandLineProgram.run(arguments)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("there already\n"))
    #expect(
      resumed.output.replacing(broken, with: "")
        == uninterrupted.output.replacing(whole, with: ""))
    let names = try Self.names(in: whole)
    #expect(try Self.names(in: broken) == names && names.count == 9)
    for name in names {
      #expect(try Self.text("\(broken)/\(name)") == Self.text("\(whole)/\(name)"), "\(name)")
    }
  }

  @Test("The folder changes nothing in what is printed")
  func sameOutput() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/study"
    let kept = try CommandLineProgram.run(Self.crossValidation(path))
    let printed = try CommandLineProgram.run(
      Self.crossValidation(path).filter { word in
        word != "--out" && word != path
      })
    #expect(kept.status == 0 && printed.status == 0, "\(kept.errors)")
    #expect(kept.output.hasPrefix(printed.output.dropLast()))
    #expect(kept.output.hasSuffix("python3 -m spectra_infer.report \(path)\n"))
    let study = try Self.json(path + "/study.json")
    #expect(study["format"] as? String == "spectra-infer cross-validation")
    #expect(study["spectrum_count"] as? Int == 48)
    #expect(try Self.rows(path + "/predictions.csv").count == 48 * 6)
  }

  // MARK: - Refusals

  /// Commands that must be refused; OTHER is a folder with a file, STUDY one with a study in it,
  /// EVALUATION one with an evaluation, FILE a file.
  static let refusals: [(command: String, says: String)] = [
    ("evaluate MODEL DATA --report OTHER", "OTHER: holds other files, such as mine.txt"),
    ("evaluate MODEL DATA --report DATA", "DATA: holds other files"),
    ("evaluate MODEL DATA --report STUDY", "STUDY: holds other files, such as errors.csv"),
    ("evaluate MODEL DATA --report FILE", "FILE: is a file; name a folder"),
    ("evaluate MODEL DATA --report FILE/below", "FILE/below: the folder cannot be made"),
    ("evaluate MODEL DATA --report /proc/none", "/proc/none: the folder cannot be made"),
    ("STUDYING --out OTHER", "OTHER: holds other files, such as mine.txt"),
    ("STUDYING --out EVALUATION", "EVALUATION: holds other files, such as errors.csv"),
    ("STUDYING --out FILE", "FILE: is a file; name a folder"),
    ("STUDYING --out STUDY --epochs 4", "STUDY: holds a cross-validation with other hyperparam"),
    ("STUDYING --out STUDY --alignment absolute", "with edge alignment; name another folder"),
    ("STUDYING --out STUDY --seed 2", "with seeds from 1 on; name another folder"),
    ("STUDYING --out STUDY --broadening 0.1", "with another broadening; name another folder"),
    (
      "STUDYING --out STUDY --calibration-members 0",
      "with 3 networks to an ensemble of the calibration"
    ),
    ("STUDYING --out STUDY --smallest-gap 4", "with other spectra; name another folder"),
  ]

  @Test("Folders that hold something else are refused, and left as they are")
  func refused() throws {
    let database = try SmallDatabase.shared.get()
    let folder = try TemporaryFolder()
    let places = [
      "DATA": database.path, "MODEL": database.model, "OTHER": folder.path + "/other",
      "STUDYING": try Self.crossValidation("").dropLast(2).joined(separator: " "),
      "STUDY": folder.path + "/study", "EVALUATION": folder.path + "/evaluation",
      "FILE": folder.path + "/file",
    ]
    func filled(_ text: String) -> String {
      text.split(separator: " ").map { word in
        if let place = places[String(word)] { return place }
        return word.split(separator: "/", omittingEmptySubsequences: false)
          .map { places[String($0)] ?? String($0) }.joined(separator: "/")
      }.joined(separator: " ")
    }
    func run(_ command: String) throws -> CommandLineProgram.Outcome {
      try CommandLineProgram.run(filled(command).split(separator: " ").map(String.init))
    }
    try FileManager.default.createDirectory(
      atPath: folder.path + "/other", withIntermediateDirectories: false)
    try folder.write("mine", to: "other/mine.txt")
    try folder.write("mine", to: "file")
    #expect(try run("STUDYING --out STUDY").status == 0)
    #expect(try run("evaluate MODEL DATA --report EVALUATION").status == 0)
    func contents() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted().map { name in
        "\(name) \((try? Self.text("\(folder.path)/\(name)")) ?? "")"
      }
    }
    let before = try contents()
    for (command, says) in Self.refusals {
      let outcome = try run(command)
      #expect(outcome.status == 1, "\(command): \(outcome.errors)")
      let complaints = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
      #expect(complaints.count == 1)
      #expect(outcome.output.isEmpty)
      let words = says.split(separator: ":", maxSplits: 1).map(String.init)
      let expected = words.count == 2 ? filled(words[0]) + ":" + words[1] : says
      #expect(outcome.errors.contains(expected), "\(command): \(outcome.errors)")
      #expect(try contents() == before, "\(command)")
    }
  }
}
