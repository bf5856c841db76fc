import Foundation
import SpectraTestSupport
import Testing

@Suite("Refusals of the command line")
struct RefusalTests {
  /// A command that must be refused. DATA, MODEL, SPECTRUM and FOLDER stand for paths that exist.
  struct Case: Sendable, CustomTestStringConvertible {
    var command: String
    var status: Int32
    var says: String
    var testDescription: String { command }

    /// A mistake in the options.
    static func usage(_ command: String, _ says: String) -> Case {
      Case(command: command, status: 64, says: says)
    }

    /// A mistake in files.
    static func data(_ command: String, _ says: String) -> Case {
      Case(command: command, status: 1, says: says)
    }
  }

  static let train = "train DATA --epochs 1 --out FOLDER/x.json"

  static let cases: [Case] = [
    .usage("train DATA", "--out"),
    .usage(train + " --members 0", "--members must be 1 to 64."),
    .usage(train + " --members 65", "--members must be 1 to 64."),
    .usage(train + " --members x", "--members"),
    .usage(train + " --hidden abc", "--hidden takes widths of 1 to 8192"),
    .usage(train + " --hidden 0", "--hidden takes widths of 1 to 8192"),
    .usage(train + " --hidden 8193", "--hidden takes widths of 1 to 8192"),
    .usage(train + " --hidden 8,,8", "--hidden takes widths of 1 to 8192"),
    .usage(train + " --hidden 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "--hidden takes up to 15 layers."),
    .usage(train + " --broadening 0", "--broadening must be 0.01 to 10 eV."),
    .usage(train + " --broadening nan", "--broadening must be 0.01 to 10 eV."),
    .usage(train + " --broadening=-1", "--broadening must be 0.01 to 10 eV."),
    .usage(train + " --epochs 0", "at least one epoch"),
    .usage(train + " --patience 0", "patience"),
    .usage(train + " --batch-size 0", "batch"),
    .usage(train + " --dropout 1", "Dropout"),
    .usage(train + " --learning-rate 0", "learning rate"),
    .usage(train + " --weight-decay 1e9", "Weight decay"),
    .usage(train + " --alignment sideways", "alignment"),
    .usage(train + " --split half", "split"),
    .usage(train + " --seed=-1", "seed"),
    .usage("cross-validate DATA --folds 0", "--folds must be 1 to 10."),
    .usage("cross-validate DATA --folds 11", "--folds must be 1 to 10."),
    .usage(
      "cross-validate DATA --calibration-members=-1", "--calibration-members must be 0 to 64."),
    .usage(
      "cross-validate DATA --calibration-members 65", "--calibration-members must be 0 to 64."),
    .usage("cross-validate DATA --seeds 0", "--seeds must be 1 to 1000."),
    .usage("predict --model MODEL", "files"),
    .usage("predict --model MODEL SPECTRUM --window 525:490", "rising energies"),
    .usage("predict --model MODEL SPECTRUM --window 490", "rising energies"),
    .usage("predict --model MODEL SPECTRUM --window 490:x:525", "rising energies"),
    .usage("predict --model MODEL SPECTRUM --window nan:525", "rising energies"),
    .usage("predict --model MODEL SPECTRUM --window 490:525 --no-background", "--no-background"),
    .usage("predict --model MODEL SPECTRUM --threshold x", "threshold"),
    .usage("predict --model MODEL SPECTRUM --threshold nan", "--threshold must be finite"),
    .usage("predict --model MODEL SPECTRUM --energy-offset=-inf", "--energy-offset must be finite"),
    .usage("convert SPECTRUM --out FOLDER/x.hspy", "--out must end with"),
    .usage("convert SPECTRUM --out FOLDER/x.csv --offset 1", "--offset and --dispersion go"),
    .usage("inspect SPECTRUM --offset 1 --dispersion 0", "--dispersion above 0"),
    .usage("inspect SPECTRUM --offset 1 --dispersion -1", "--dispersion above 0"),
    .usage("inspect SPECTRUM --axis x --offset 1 --dispersion 1", "--axis has all energies"),
    .usage("synthesize DATA --site x --out FOLDER/x.csv --counts 0", "--counts must be"),
    .usage("synthesize DATA --site x --out FOLDER/x.csv --counts nan", "--counts must be"),
    .usage("synthesize DATA --site x --out FOLDER/x.csv --broadening 0", "--broadening must be"),

    .data("inspect FOLDER/none.json", "none.json: cannot be read; there is no such file"),
    .data("inspect SPECTRUM", "spectrum.csv, line 3, column 2: "),
    .data("convert SPECTRUM --out FOLDER/none/x.npy", "none/x.npy: cannot be written"),
    .data("convert MODEL --out FOLDER/x.csv", "model.json: is JSON, a model perhaps"),
    .data("inspect DATA/sites.csv", "sites.csv, line 4: "),
    .data("inspect FOLDER", "is a folder"),
    .data("inspect /dev/null", "/dev/null: "),
    .data("predict --model FOLDER/none.json SPECTRUM", "none.json: cannot be read"),
    .data("predict --model DATA/sites.csv SPECTRUM", "sites.csv: "),
    .data("predict --model MODEL FOLDER/none.csv", "none.csv: cannot be read"),
    .data("predict --model MODEL MODEL", "model.json: is JSON, a model perhaps"),
    .data("predict --model MODEL FOLDER", "is a folder"),
    .data("predict --model MODEL SPECTRUM --window 1:2", "spectrum.csv: "),
    .data("train FOLDER/none --out FOLDER/x.json", "none/sites.csv: cannot be read"),
    .data("train FOLDER --out FOLDER/x.json", "sites.csv: cannot be read"),
    .data(train + " --hold-out nothing", "--hold-out nothing: there is no such material"),
    .data(train + " --smallest-gap 99", "gap of 99.0 eV"),
    .data(train + " --smallest-gap nan", "gap of nan eV"),
    .data(train + " --split spectrum --learning-rate 1e30 --weight-decay 0 --epochs 3", "diverged"),
    .data(
      "train DATA --out FOLDER/none/x.json", "none/x.json: cannot be written; there is no folder"),
    .data("train DATA --out FOLDER", "is a folder"),
    .data("evaluate FOLDER/none.json DATA", "none.json: cannot be read"),
    .data("evaluate MODEL FOLDER", "sites.csv: cannot be read"),
    .data("evaluate MODEL DATA --smallest-gap 99", "gap of 99.0 eV"),
    .data("cross-validate FOLDER", "sites.csv: cannot be read"),
    .data("synthesize DATA --site none/O1 --out FOLDER/x.csv", "--site none/O1: there is no such"),
    .data("synthesize FOLDER --site SITE --out FOLDER/x.csv", "sites.csv: cannot be read"),
    .data("synthesize DATA --site SITE --out FOLDER/none/x.csv", "none/x.csv: cannot be written"),
    .data(
      "synthesize DATA --site SITE --out FOLDER/x.csv --properties FOLDER/none/x",
      "none/x: cannot be written"),
  ]

  /// What the reader of an error must never see.
  static let dumps = [
    "Domain=", "DataError(", "SpectraError(", "EncodingError", "UserInfo", "Fatal",
  ]

  func expectSentence(_ outcome: CommandLineProgram.Outcome, status: Int32, says: String) {
    #expect(outcome.status == status)
    let complaints = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
    #expect(complaints.count == 1)
    #expect(complaints.first?.contains(says) == true, "\(outcome.errors)")
    for dump in Self.dumps { #expect(!outcome.errors.contains(dump)) }
    #expect(outcome.errors.contains("\nUsage: ") == (status == 64))
    #expect(outcome.output.isEmpty)
  }

  @Test("A mistake is told in one sentence", arguments: cases + measurementCases)
  func refused(_ refusal: Case) throws {
    let database = try SmallDatabase.shared.get()
    let folder = try TemporaryFolder()
    let spectrum = try folder.write("480,1\n481,2\n482,x\n", to: "spectrum.csv")
    let isPredicted = ["predict", "calibrate", "map"].contains { refusal.command.hasPrefix($0) }
    let places = [
      "DATA": database.path, "MODEL": database.model, "FOLDER": folder.path,
      "SITE": database.firstSite, "SPECTRUM": isPredicted ? try database.spectrum : spectrum,
    ]
    let arguments = refusal.command.split(separator: " ").map { word in
      places.reduce(String(word)) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
    }
    try expectSentence(
      CommandLineProgram.run(arguments), status: refusal.status, says: refusal.says)
  }

  @Test("One bad file among good ones is told, and the good ones are predicted")
  func oneBadFile() throws {
    let database = try SmallDatabase.shared.get()
    let spectrum = try database.spectrum
    let outcome = try CommandLineProgram.run([
      "predict", "--model", database.model, spectrum, "/none.csv", spectrum,
    ])
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("Error: /none.csv: cannot be read; "))
    #expect(outcome.output.components(separatedBy: "bond length").count == 3)
  }

  @Test("A model that was cut or changed is refused", arguments: [0, 1, 1000, -1, -70])
  func damagedModel(place: Int) throws {
    let database = try SmallDatabase.shared.get()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: database.model))
    let index = place < 0 ? bytes.count + place : place
    bytes[index] ^= 1
    let folder = try TemporaryFolder()
    let damaged = try folder.write(bytes, to: "damaged.json")
    let cut = try folder.write(bytes.prefix(index), to: "cut.json")
    for file in [damaged, cut] {
      try expectSentence(CommandLineProgram.run(["inspect", file]), status: 1, says: file)
    }
  }

  /// Numbers of options that must neither trap nor take for ever.
  @Test(
    "Huge options are taken or refused",
    arguments: [
      ["--epochs", "9223372036854775807", "--patience", "1"],
      ["--epochs", "1", "--batch-size", "9223372036854775807"],
      ["--epochs", "1", "--patience", "9223372036854775807"],
      ["--epochs", "1", "--seed", "18446744073709551615"],
      ["--epochs", "1", "--learning-rate", "1e308", "--weight-decay", "0"],
      ["--epochs", "1", "--l2", "1e308"],
      ["--epochs", "1", "--smallest-gap", "inf"],
      ["--epochs", "1", "--broadening", "10"],
      ["--epochs", "1", "--broadening", "0.01"],
    ])
  func hugeOptions(_ options: [String]) throws {
    let database = try SmallDatabase.shared.get()
    let folder = try TemporaryFolder()
    let outcome = try CommandLineProgram.run(
      [
        "train", database.path, "--foreign-edges", "100", "--split", "spectrum", "--hidden", "4",
        "--members", "2",
      ]
        + ["--out", folder.path + "/x.json"] + options)
    #expect(outcome.status == 0 || outcome.status == 1, "\(outcome.errors.prefix(2000))")
    for dump in Self.dumps { #expect(!outcome.errors.contains(dump)) }
  }

  /// Values for a cell of sites.csv or transitions.csv.
  static let hostile = [
    "", "x", "-1", "0", "1e9", "-1e9", "1e300", "nan", "9223372036854775808", "\"", "\u{0}",
  ]

  @Test("Hostile cells never trap", arguments: hostile)
  func hostileCells(_ text: String) throws {
    let (sites, transitions) = try SmallDatabase.tables(siteCount: 14)
    for (file, table) in [("sites", sites), ("transitions", transitions)] {
      let lines = table.split(separator: "\n")
      let columns = lines[0].split(separator: ",").count
      for column in 0..<columns {
        var cells = lines[3].split(separator: ",", omittingEmptySubsequences: false)
        cells[column] = Substring(text)
        var damaged = lines
        damaged[3] = Substring(cells.joined(separator: ","))
        let folder = try TemporaryFolder()
        try folder.write(sites, to: "sites.csv")
        try folder.write(transitions, to: "transitions.csv")
        try folder.write(damaged.joined(separator: "\n"), to: file + ".csv")
        let outcome = try CommandLineProgram.run([
          "train", folder.path, "--foreign-edges", "100", "--epochs", "1", "--hidden", "4",
          "--members", "1", "--split",
          "spectrum", "--smallest-gap=-1e99", "--out", folder.path + "/x.json",
        ])
        let place = "\(file), column \(column): \(outcome.errors.prefix(500))"
        #expect(outcome.status == 0 || outcome.status == 1, "\(place)")
        for dump in Self.dumps { #expect(!outcome.errors.contains(dump), "\(place)") }
      }
    }
  }
}
