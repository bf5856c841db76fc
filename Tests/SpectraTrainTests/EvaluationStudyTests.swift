import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Study of a cross-validation")
struct EvaluationStudyTests {
  static let files = [
    "errors.csv", "failures.csv", "features.csv", "folds.csv", "neighbors.csv", "predictions.csv",
    "sites.csv", "study.json", "worst.csv",
  ]

  /// A cross-validation of networks that learn for a moment; one site has no bond angle.
  static func validation(
    seeds: [UInt64] = [4, 5], rule: SplitRule = .group, heldOut: Set<String> = [],
    members: Int = 1, epochs: Int = 2, angle: Double = .nan
  ) throws -> CrossValidation {
    var sites = TinyDatabase.sites()
    sites[5].properties.bondAngle = angle
    return try CrossValidation(
      dataset: TinyDatabase.dataset(sites),
      plan: TinyDatabase.plan(
        rule: rule, heldOut: heldOut, members: members, epochs: epochs, seed: seeds[0]),
      seeds: seeds)
  }

  /// Trains and tests models, those first that come first.
  static func run(
    _ study: inout CrossValidationStudy, _ models: [(seed: UInt64, fold: Int)]
  ) throws {
    for (seed, fold) in models where !study.contains(seed: seed, fold: fold) {
      let plan = study.validation.plan(seed: seed, fold: fold)
      let document = try EnsembleTrainer(dataset: study.validation.dataset, plan: plan).train()
      let predictions = try study.validation.predictions(of: document, seed: seed, fold: fold)
      try study.add(predictions, seed: seed, fold: fold)
    }
  }

  static func models(_ seeds: [UInt64] = [4, 5]) -> [(seed: UInt64, fold: Int)] {
    seeds.flatMap { seed in (0..<10).map { (seed, $0) } }
  }

  /// A study that ran to its end without a break.
  static func finished(_ validation: CrossValidation, in path: String) throws {
    var study = try CrossValidationStudy(validation, in: path)
    try run(&study, models(validation.seeds))
    try study.finish()
  }

  static func contents(_ folder: TemporaryFolder) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map { name in
        (name, try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)")))
      })
  }

  @Test("An interrupted study has the bytes of one that was not")
  func resumed() throws {
    let validation = try Self.validation()
    let whole = try TemporaryFolder()
    try Self.finished(validation, in: whole.path)
    let expected = try Self.contents(whole)
    #expect(expected.keys.sorted() == Self.files)

    let broken = try TemporaryFolder()
    for stop in [0, 1, 7, 7, 13, 20] {
      var study = try CrossValidationStudy(validation, in: broken.path)
      try Self.run(&study, Array(Self.models().prefix(stop)))
      #expect(study.doneCount == stop)
    }
    try CrossValidationStudy(validation, in: broken.path).finish()
    #expect(try Self.contents(broken) == expected)

    // And once more, when everything is there.
    try Self.finished(validation, in: whole.path)
    #expect(try Self.contents(whole) == expected)
  }

  @Test("Neither the order of the models nor seeds that are added later change a byte")
  func order() throws {
    let whole = try TemporaryFolder()
    try Self.finished(Self.validation(), in: whole.path)
    let expected = try Self.contents(whole)

    let backwards = try TemporaryFolder()
    var study = try CrossValidationStudy(Self.validation(), in: backwards.path)
    try Self.run(&study, Self.models().reversed())
    try study.finish()
    #expect(try Self.contents(backwards) == expected)

    let grown = try TemporaryFolder()
    try Self.finished(Self.validation(seeds: [4]), in: grown.path)
    #expect(try Self.contents(grown) != expected)
    try Self.finished(Self.validation(), in: grown.path)
    #expect(try Self.contents(grown) == expected)
  }

  @Test("In memory the results are those of the folder")
  func inMemory() throws {
    let folder = try TemporaryFolder()
    try Self.finished(Self.validation(), in: folder.path)
    let read = try CrossValidationStudy(Self.validation(), in: folder.path)
    var study = try CrossValidationStudy(Self.validation(), in: nil)
    try Self.run(&study, Self.models())
    try study.finish()
    for seed: UInt64 in [4, 5] {
      let (one, other) = (study.predictions(seed: seed), read.predictions(seed: seed))
      #expect(one.count == 24 && other.count == 24)
      for (one, other) in zip(one, other) {
        #expect(one.spectrum == other.spectrum && one.estimates == other.estimates)
        #expect(one.nearest == other.nearest && one.novelty == other.novelty)
        for property in MaterialProperty.allCases {
          for predictor in Predictor.allCases {
            #expect(
              one.value(property, by: predictor) == other.value(property, by: predictor))
          }
        }
      }
    }
  }

  @Test("Every spectrum is tested once for each seed, in its fold", arguments: SplitRule.allCases)
  func folds(rule: SplitRule) throws {
    let validation = try Self.validation(rule: rule)
    let folder = try TemporaryFolder()
    try Self.finished(validation, in: folder.path)
    func rows(_ name: String) throws -> [Table.Row] {
      Array(try Table("\(folder.path)/\(name)").rows)
    }
    let folds = try rows("folds.csv").map { row in
      try [row.text("seed"), row.text("spectrum"), row.text("fold")]
    }
    #expect(folds.count == 48)
    let predictions = try rows("predictions.csv")
    #expect(predictions.count == 288)
    let tested = try predictions.filter { try $0.text("property") == "bond_length" }.map {
      try [$0.text("seed"), $0.text("spectrum"), $0.text("fold")]
    }
    #expect(Set(tested) == Set(folds) && tested.count == folds.count)
    // A missing value is an empty cell.
    for row in predictions where try row.text("property") == "bond_angle" {
      let expected = try row.number("expected", orEmpty: .nan)
      #expect(try expected.isNaN == (row.text("spectrum") == "m2/O5"))
    }
    // The nearest reference was learned from: it is of another fold.
    let fold = Dictionary(uniqueKeysWithValues: folds.map { ([$0[0], $0[1]], $0[2]) })
    for row in predictions {
      #expect(try fold[[row.text("seed"), row.text("nearest")]] != row.text("fold"))
    }
    #expect(try rows("features.csv").count == 24)
    #expect(try rows("sites.csv").count == 24)
  }

  @Test("The naive errors follow from sites and folds")
  func naive() throws {
    let folder = try TemporaryFolder()
    try Self.finished(Self.validation(), in: folder.path)
    func rows(_ name: String) throws -> [Table.Row] {
      Array(try Table("\(folder.path)/\(name)").rows)
    }
    var values: [String: Double] = [:]
    for row in try rows("sites.csv") {
      values[try row.text("spectrum")] = try row.number("bond_angle", orEmpty: .nan)
    }
    for seed in ["4", "5"] {
      var fold: [String: String] = [:]
      for row in try rows("folds.csv") where try row.text("seed") == seed {
        fold[try row.text("spectrum")] = try row.text("fold")
      }
      var (sum, nearest, count) = (0.0, 0.0, 0)
      for row in try rows("predictions.csv")
      where try row.text("seed") == seed && row.text("property") == "bond_angle" {
        let spectrum = try row.text("spectrum")
        guard let truth = values[spectrum], !truth.isNaN else { continue }
        let known = values.filter { fold[$0.key] != fold[spectrum] && !$0.value.isNaN }
        let mean = known.values.reduce(0, +) / Double(known.count)
        sum += abs(mean - truth)
        let guess = values[try row.text("nearest")] ?? .nan
        nearest += abs((guess.isNaN ? mean : guess) - truth)
        count += 1
      }
      #expect(count == 23)
      for (predictor, expected) in [("mean", sum), ("nearest", nearest)] {
        let row = try #require(
          rows("errors.csv").first {
            try $0.text("seed") == seed && $0.text("predictor") == predictor
              && $0.text("property") == "bond_angle"
          })
        let error = try row.number("mean_absolute_error")
        #expect(abs(error - expected / 23) < 1e-12)
        #expect(try row.wholeNumber("count", in: 0..<100) == 23)
      }
    }
  }

  @Test("What is held out is neither learned from nor tested")
  func heldOut() throws {
    let folder = try TemporaryFolder()
    var study = try CrossValidationStudy(
      Self.validation(seeds: [4], heldOut: ["g2", "g7"]), in: folder.path)
    try Self.run(&study, Self.models([4]))
    let tested = study.predictions(seed: 4)
    #expect(tested.count == 20)
    #expect(tested.allSatisfy { !["g2", "g7"].contains($0.group) })
    #expect(
      tested.allSatisfy { prediction in
        !["m2/O4", "m2/O5", "m7/O14", "m7/O15"].contains(prediction.nearest?.spectrum)
      })
    let rows = try Table("\(folder.path)/folds.csv").rows
    let empty = try rows.filter { try $0.number("fold", orEmpty: .nan).isNaN }
    #expect(try empty.map { try $0.text("spectrum") } == ["m2/O4", "m2/O5", "m7/O14", "m7/O15"])
  }

  // MARK: - Refusals

  /// Studies that must not be mixed with `validation()`, and what is said of it.
  static let others: [(says: String, make: @Sendable () throws -> CrossValidation)] = [
    ("a split by group", { try validation(rule: .spectrum) }),
    ("other groups held out", { try validation(heldOut: ["g2"]) }),
    ("1 networks", { try validation(members: 2) }),
    ("other hyperparameters", { try validation(epochs: 3) }),
    ("seeds from 4 on", { try validation(seeds: [5, 6]) }),
    ("2 seeds", { try validation(seeds: [4]) }),
    ("sites.csv: is of other data", { try validation(angle: 1.5) }),
  ]

  @Test("A study of another configuration is refused", arguments: others.indices)
  func otherConfiguration(_ index: Int) throws {
    let folder = try TemporaryFolder()
    _ = try CrossValidationStudy(Self.validation(), in: folder.path)
    let before = try Self.contents(folder)
    let error = #expect(throws: DataError.self) {
      _ = try CrossValidationStudy(Self.others[index].make(), in: folder.path)
    }
    #expect(
      error?.description.contains(Self.others[index].says) == true, "\(String(describing: error))")
    #expect(error?.description.contains("name another folder") == true)
    #expect(try Self.contents(folder) == before)
  }

  /// What another program's `study.json` may say, and what is said of it.
  static let changes: [(from: String, to: String, says: String)] = [
    ("\"SpectraInfer ", "\"SpectraInfer 9", "results of SpectraInfer 9"),
    ("\"threshold\"", "\"edge\"", "edge alignment"),
    ("\"broadening_sigma_ev\" : 0.5", "\"broadening_sigma_ev\" : 0.1", "another broadening"),
    ("\"fold_count\" : 10", "\"fold_count\" : 5", "another recipe"),
    ("\"step_ev\" : 1", "\"step_ev\" : 2", "another recipe"),
    ("\"spectrum_count\" : 24", "\"spectrum_count\" : 25", "other spectra"),
    ("\"angstrom\"", "\"metre\"", "other properties"),
    (
      "\"fold_count\"",
      "\"data_sha256\": {\"sites.csv\": \"\", \"transitions.csv\": \"\"}, \"fold_count\"",
      "another state of the database"
    ),
    ("\"seed\" : 4", "\"seed\" : -4", "lacks what a study must hold"),
  ]

  @Test("A study of another program is refused", arguments: changes.indices)
  func otherProgram(_ index: Int) throws {
    let change = Self.changes[index]
    let folder = try TemporaryFolder()
    _ = try CrossValidationStudy(Self.validation(), in: folder.path)
    let text = try String(contentsOfFile: "\(folder.path)/study.json", encoding: .utf8)
    #expect(text.contains(change.from))
    try folder.write(text.replacingOccurrences(of: change.from, with: change.to), to: "study.json")
    let error = #expect(throws: DataError.self) {
      _ = try CrossValidationStudy(Self.validation(), in: folder.path)
    }
    #expect(error?.description.contains(change.says) == true, "\(String(describing: error))")
  }

  /// What a folder may hold that is no study.
  static let hostile: [(file: String, text: String, says: String)] = [
    ("notes.txt", "mine", "holds other files, such as notes.txt"),
    ("predictions.csv", "mine", "holds other files, such as predictions.csv"),
    ("study.json", "", "is not that of a cross-validation"),
    ("study.json", "[1, 2]", "is not that of a cross-validation"),
    ("study.json", "{\"format\": \"spectra-infer evaluation\", \"format_version\": 1}", "is not"),
    (
      "study.json", "{\"format\": \"spectra-infer cross-validation\", \"format_version\": 2}",
      "has version 2, not 1"
    ),
    (
      "study.json", "{\"format\": \"spectra-infer cross-validation\", \"format_version\": 1}",
      "lacks what a study must hold"
    ),
    (
      "study.json", "{\"format\": \"spectra-infer cross-validation\", \"format_version\": 1e99}",
      "is not that of a cross-validation"
    ),
  ]

  @Test("A folder that holds something else is refused, and left as it was", arguments: hostile)
  func hostileFolder(_ example: (file: String, text: String, says: String)) throws {
    let folder = try TemporaryFolder()
    try folder.write(example.text, to: example.file)
    let error = #expect(throws: DataError.self) {
      _ = try CrossValidationStudy(Self.validation(), in: folder.path)
    }
    #expect(error?.description.contains(example.says) == true, "\(String(describing: error))")
    #expect(try Self.contents(folder) == [example.file: Data(example.text.utf8)])
  }

  @Test("A path where no folder can be is refused")
  func noFolder() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("mine", to: "file")
    for path in [file, file + "/below", "/proc/none", ""] {
      #expect(throws: DataError.self) {
        _ = try CrossValidationStudy(Self.validation(), in: path)
      }
    }
    #expect(try Self.contents(folder) == ["file": Data("mine".utf8)])
  }

  /// Ways to damage `predictions.csv`, whose lines these are, the header being the first one.
  static let damages: [(name: String, damage: @Sendable ([String]) -> [String])] = [
    ("a line is gone", { Array($0.dropLast()) }),
    ("a line in the middle is gone", { Array($0[0..<9] + $0[10...]) }),
    ("cut within a line", { $0.dropLast() + [String($0[$0.count - 1].prefix(20))] }),
    ("a fold is there twice", { $0 + $0.dropFirst() }),
    ("of another seed", { $0.map { $0.replacingOccurrences(of: "4,0,", with: "99,0,") } }),
    ("no seed", { $0.map { $0.replacingOccurrences(of: "4,0,", with: "x,0,") } }),
    ("of no fold", { $0.map { $0.replacingOccurrences(of: "4,0,", with: "4,10,") } }),
    ("of another fold", { $0.map { $0.replacingOccurrences(of: "4,0,", with: "4,1,") } }),
    ("not a number", { $0.map { $0.replacingOccurrences(of: "0.", with: "zero.") } }),
    ("an order of its own", { [$0[0]] + $0.dropFirst().reversed() }),
    ("another header", { ["a,b,c"] + $0.dropFirst() }),
    ("nothing of it", { _ in ["", "\"", "\u{0}"] }),
  ]

  @Test("Damaged results are told, and nothing traps", arguments: damages.indices)
  func damaged(_ index: Int) throws {
    let folder = try TemporaryFolder()
    var study = try CrossValidationStudy(Self.validation(), in: folder.path)
    try Self.run(&study, [(4, 0)])
    let path = "\(folder.path)/predictions.csv"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let lines = Self.damages[index].damage(text.split(separator: "\n").map(String.init))
    try folder.write(lines.joined(separator: "\n"), to: "predictions.csv")
    let error = #expect(throws: DataError.self) {
      _ = try CrossValidationStudy(Self.validation(), in: folder.path)
    }
    #expect(error?.description.hasPrefix(path) == true, "\(String(describing: error))")
    // As the sentence says.
    try FileManager.default.removeItem(atPath: path)
    #expect(try CrossValidationStudy(Self.validation(), in: folder.path).doneCount == 0)
  }
}
