import Foundation
import SpectraTestSupport
import Testing

@Suite("spectra predict")
struct PredictCommandTests {
  static let quartz = Repository.root.path + "/examples/c/quartz.txt"
  static let models = Repository.root.path + "/data/models"

  struct Document: Decodable {
    struct Model: Decodable {
      var path: String
      var reason: String?
      var alignment: String
      var feature_count: Int
    }
    struct Options: Decodable {
      var calibration_measured_ev: [Double]
      var calibration_true_ev: [Double]
      var spikes: String
      var noise_gain: Double?
      var axis_error_ev: Double
    }
    struct Estimate: Decodable {
      var value: Double
      var standard_error: Double
      var lower_95: Double
      var upper_95: Double
    }
    struct Neighbor: Decodable {
      var distance: Double
      var features: [Double]
    }
    struct Preparation: Decodable {
      var background_amplitude: Double
      var background_exponent: Double
      var onset_ev: Double?
      var shift_ev: Double
      var zero_loss_ev: Double?
      var zero_loss_fwhm_ev: Double?
    }
    struct Prediction: Decodable {
      var file: String
      var status: Int?
      var error: String?
      var properties: [String: Estimate]?
      var neighbors: [Neighbor]?
      var preparation: Preparation?
      var energy_ev: [Double]?
      var intensity: [Double]?
      var background: [Double]?
      var features: [Double]?
    }
    var format: String
    var format_version: Int
    var model: Model
    var options: Options
    var predictions: [Prediction]
  }

  static func document(_ arguments: [String], status: Int32 = 0) throws -> Document {
    let outcome = try CommandLineProgram.run(["predict", "--json"] + arguments)
    #expect(outcome.status == status, "\(outcome.errors)")
    return try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
  }

  /// The numbers of a document stand in the relations by which they are defined.
  @Test("The document is consistent in itself, and with the file")
  func consistency() throws {
    let document = try Self.document([Self.quartz])
    #expect(document.format == "spectra-infer prediction")
    let prediction = try #require(document.predictions.first)
    let lines = try String(contentsOfFile: Self.quartz, encoding: .utf8).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.compactMap { line -> (Double, Double)? in
        let numbers = line.split(whereSeparator: { " ,\t".contains($0) }).compactMap { Double($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
      }
    #expect(prediction.energy_ev == lines.map(\.0))
    #expect(prediction.intensity == lines.map(\.1))

    let preparation = try #require(prediction.preparation)
    let background = try #require(prediction.background)
    for (energy, intensity) in zip(lines.map(\.0), background) {
      let law = preparation.background_amplitude * pow(energy, -preparation.background_exponent)
      #expect((intensity / law - 1).magnitude < 1e-9)
    }
    #expect(preparation.onset_ev == -preparation.shift_ev)

    let features = try #require(prediction.features)
    #expect(features.count == document.model.feature_count)
    #expect((features.reduce(0, +) / Double(features.count) - 1).magnitude < 1e-5)
    let neighbors = try #require(prediction.neighbors)
    #expect(neighbors.count == 3)
    for neighbor in neighbors {
      let squares = zip(features, neighbor.features).reduce(0.0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
      let distance = (squares / Double(features.count)).squareRoot()
      #expect((neighbor.distance - distance).magnitude < 1e-5)
    }
    let properties = try #require(prediction.properties)
    #expect(properties.count == 6)
    for estimate in properties.values {
      #expect((estimate.lower_95 + estimate.upper_95 - 2 * estimate.value).magnitude < 1e-9)
      #expect(estimate.upper_95 > estimate.value && estimate.standard_error > 0)
    }
  }

  @Test("A table with commas says the same as the document, and leaves failed files empty")
  func commas() throws {
    let files = [Self.quartz, "/none, or \"any\".msa"]
    let document = try Self.document(files, status: 1)
    #expect(document.predictions.map(\.file) == files)
    #expect(document.predictions[1].error?.contains("cannot be read") == true)
    #expect(document.predictions[1].properties == nil)

    let outcome = try CommandLineProgram.run(["predict", "--csv"] + files)
    #expect(outcome.status == 1)
    let rows = outcome.output.split(separator: "\n")
    #expect(rows.count == 3)
    let header = rows[0].split(separator: ",").map(String.init)
    let cells = rows[1].split(separator: ",", omittingEmptySubsequences: false)
    #expect(cells.count == header.count)
    for (name, estimate) in try #require(document.predictions[0].properties) {
      let column = try #require(header.firstIndex(of: name))
      #expect(Double(cells[column]) == estimate.value)
      #expect(Double(cells[column + 1]) == estimate.standard_error)
      #expect(Double(cells[column + 3]) == estimate.upper_95)
    }
    #expect(rows[2].hasPrefix("\"/none, or \"\"any\"\".msa\",,"))
  }

  @Test(
    "Without --model the one is taken that fits what is known",
    arguments: [
      ("", "edge.json"), ("--threshold 543", "threshold.json"),
      ("--energy-offset 0", "absolute.json"), ("--resolution 0.2", "monochromated.json"),
      ("--resolution 0.9", "edge.json"), ("--calibrate 530=530", "edge.json"),
      ("--resolution 0.2 --energy-offset 0", "absolute.json"),
    ])
  func choice(options: String, model: String) throws {
    let document = try Self.document([Self.quartz] + options.split(separator: " ").map(String.init))
    #expect(document.model.path == "\(Self.models)/\(model)")
    #expect(document.model.reason?.isEmpty == false)
    let given = try Self.document([Self.quartz, "--model", Self.models + "/edge.json"])
    #expect(given.model.reason == nil)
  }

  /// A Gaussian of sigma has a full width at half maximum of 2 sqrt(2 ln 2) sigma.
  @Test(
    "The zero-loss peak tells the resolution", arguments: [(0.1, "monochromated"), (0.4, "edge")])
  func zeroLoss(sigma: Double, model: String) throws {
    let folder = try TemporaryFolder()
    let rows = (0..<800).map { channel -> String in
      let energy = -10 + 0.025 * Double(channel)
      let peak = 1e6 * exp(-(energy - 0.5) * (energy - 0.5) / (2 * sigma * sigma))
      return "\(energy),\((peak + 50).rounded())"
    }
    let file = try folder.write(rows.joined(separator: "\n"), to: "low.csv")
    let document = try Self.document([Self.quartz, "--low-loss", file])
    #expect(document.model.path == "\(Self.models)/\(model).json")
    let preparation = try #require(document.predictions.first?.preparation)
    let width = 2 * (2 * log(2.0)).squareRoot() * sigma
    #expect((try #require(preparation.zero_loss_fwhm_ev) / width - 1).magnitude < 0.03)
    #expect((try #require(preparation.zero_loss_ev) - 0.5).magnitude < 0.01)
  }

  @Test("The folder of SPECTRA_MODELS goes before that of the program")
  func folderOfModels() throws {
    let folder = try TemporaryFolder()
    let environment = ["SPECTRA_MODELS=\(folder.path)"]
    let missing = try CommandLineProgram.run(["predict", Self.quartz], environment: environment)
    #expect(missing.status == 1)
    #expect(missing.errors.contains("\(folder.path)/edge.json: there is no such model"))
    try FileManager.default.copyItem(
      atPath: Self.models + "/edge.json", toPath: folder.path + "/edge.json")
    let found = try CommandLineProgram.run(["predict", Self.quartz], environment: environment)
    #expect(found.status == 0)
    #expect(found.output.hasPrefix("model       edge.json: the onset is found in each spectrum\n"))
    #expect(!found.output.contains("\u{1B}"), "Colours are for terminals.")
  }

  @Test("What was said of the measurement is in the document")
  func options() throws {
    let document = try Self.document(
      [Self.quartz, "--spikes", "replace", "--noise-gain", "2.5", "--energy-offset-error", "0.25"]
        + ["--calibrate", "530=530.5", "--calibrate", "560=560.5"])
    #expect(document.options.spikes == "replace")
    #expect(document.options.noise_gain == 2.5)
    #expect(document.options.axis_error_ev == 0.25)
    #expect(document.options.calibration_measured_ev == [530, 560])
    #expect(document.options.calibration_true_ev == [530.5, 560.5])
  }

  @Test("Two calibration points that undo a stretched axis give the same properties")
  func calibration() throws {
    let folder = try TemporaryFolder()
    let plain = try #require(try Self.document([Self.quartz]).predictions.first)
    let rows = zip(try #require(plain.energy_ev), try #require(plain.intensity)).map {
      "\(($0 + 6) / 1.02),\($1)"
    }
    let file = try folder.write(rows.joined(separator: "\n"), to: "stretched.csv")
    let points = [490.0, 570].flatMap { ["--calibrate", "\(($0 + 6) / 1.02)=\($0)"] }
    let found = try #require(try Self.document([file] + points).predictions.first)
    for (name, estimate) in try #require(plain.properties) {
      let other = try #require(found.properties?[name])
      #expect((other.value - estimate.value).magnitude < 0.02 * estimate.standard_error, "\(name)")
    }
    let onsets = try [plain, found].map { try #require($0.preparation?.onset_ev) }
    #expect((onsets[0] - onsets[1]).magnitude < 0.002)
  }

  /// The names of all members, with their places, whatever the values are.
  static func names(_ value: Any, _ place: String = "") -> Set<String> {
    if let members = value as? [String: Any] {
      return members.reduce(into: []) { names, member in
        names.insert(place + "/" + member.key)
        names.formUnion(Self.names(member.value, place + "/" + member.key))
      }
    }
    if let list = value as? [Any] {
      return list.reduce(into: []) { $0.formUnion(Self.names($1, place + "[]")) }
    }
    return []
  }

  /// The package in Python draws from this file; it must be what the program writes.
  @Test("Tests/Fixtures/prediction.json has the members that the program writes")
  func fixture() throws {
    let outcome = try CommandLineProgram.run(["predict", "--json", Self.quartz, "/none.msa"])
    let written = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let fixture = try JSONSerialization.jsonObject(
      with: Data(Repository.bytes("Tests/Fixtures/prediction.json")))
    #expect(Self.names(written) == Self.names(fixture))
  }

  @Test("A full disk is told", arguments: ["--json", "--csv", ""])
  func fullDisk(option: String) throws {
    let arguments = ["predict", Self.quartz] + (option.isEmpty ? [] : [option])
    let outcome = try CommandLineProgram.run(arguments, device: "/dev/full")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("Error: standard output cannot be written; make room"))
  }
}
