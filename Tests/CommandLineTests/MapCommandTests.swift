import Foundation
import SpectraTestSupport
import Testing

@Suite("spectra map")
struct MapCommandTests {
  struct Document: Decodable {
    struct Failure: Decodable {
      var status: Int
      var count: Int
    }
    struct Axis: Decodable {
      var name: String
      var offset: Double
      var scale: Double
    }
    var is_complete: Bool
    var shape: [Int]
    var axes: [Axis]
    var predicted_count: Int
    var failures: [Failure]
  }

  static func document(_ folder: String) throws -> Document {
    try JSONDecoder().decode(
      Document.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/maps.json")))
  }

  static func words(_ name: String, in folder: String) throws -> [UInt32] {
    let file = URL(fileURLWithPath: "\(folder)/\(name).npy")
    let bytes = [UInt8](try Data(contentsOf: file).dropFirst(128))
    var words: [UInt32] = []
    for place in stride(from: 0, to: bytes.count, by: 4) {
      var word: UInt32 = 0
      for byte in 0..<4 { word |= UInt32(bytes[place + byte]) << UInt32(8 * byte) }
      words.append(word)
    }
    return words
  }

  /// All files of a folder.
  static func files(_ folder: String) throws -> [String: Data] {
    try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: [:]) {
      $0[$1] = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($1)"))
    }
  }

  static func map(
    _ image: MapImage, _ out: String, _ options: [String] = [], environment: [String] = [],
    meanwhile: (Process) -> Void = { _ in }
  ) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(
      ["map", image.path, "--out", out] + MapImage.axis + options, environment: environment,
      meanwhile: meanwhile)
  }

  @Test("A pixel is what spectra predict says of its spectrum")
  func pixel() throws {
    let folder = try TemporaryFolder()
    let image = try MapImage([4, 6], in: folder)
    let out = folder.path + "/maps"
    let outcome = try Self.map(image, out, ["--no-figures"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("\npredicted   24 of 24 pixels"))
    #expect(outcome.errors.contains("edge.json: the onset is found in each spectrum\n"))
    let document = try Self.document(out)
    #expect(document.is_complete && document.shape == [4, 6] && document.predicted_count == 24)

    let rows = zip(EdgeSpectrum().energies, MapImage.counts(17)).map { "\($0),\($1)" }
    let file = try folder.write(rows.joined(separator: "\n"), to: "pixel.csv")
    let single = try #require(try PredictCommandTests.document([file]).predictions.first)
    for (name, estimate) in try #require(single.properties) {
      #expect(try Float(bitPattern: Self.words(name, in: out)[17]) == Float(estimate.value))
      let error = try Float(bitPattern: Self.words(name + "_error", in: out)[17])
      #expect(error == Float(estimate.standard_error))
    }
    let onset = try Float(bitPattern: Self.words("onset", in: out)[17])
    #expect(onset == single.preparation?.onset_ev.map { Float($0) })
  }

  @Test("The same command again says that all is there; another one is refused")
  func again() throws {
    let folder = try TemporaryFolder()
    let image = try MapImage([3, 4], in: folder)
    let out = folder.path + "/maps"
    let first = try Self.map(image, out, ["--no-figures"])
    let files = try Self.files(out)
    let second = try Self.map(image, out, ["--no-figures"])
    #expect(second.status == 0 && second.output == first.output)
    #expect(second.errors.contains("\(out): all maps are there already\n"))
    let other = try Self.map(image, out, ["--no-figures", "--spikes", "ignore"])
    #expect(other.status == 1)
    #expect(
      other.errors.contains("Error: \(out)/maps.json: these maps were made with spikes report "))
    let binned = try Self.map(image, out, ["--no-figures", "--bin", "3x2"])
    #expect(binned.errors.contains("were made with bin 1, 1 and not 3, 2; "))
    let moved = try MapImage([3, 4], in: folder, name: "other.npy") { MapImage.counts($0 + 1) }
    let exchanged = try Self.map(moved, out, ["--no-figures"])
    #expect(exchanged.errors.contains("were made with image sha256 "))
    #expect(try Self.files(out) == files)
  }

  @Test(
    "Interrupted or killed, the same command goes on to the same bytes",
    arguments: [SIGINT, SIGKILL])
  func interruption(signal: Int32) throws {
    let folder = try TemporaryFolder()
    // So large that the signal comes long before the end.
    let image = try MapImage([120, 200], in: folder)
    let reference = try Self.map(image, folder.path + "/whole", ["--no-figures"])
    #expect(reference.status == 0, "\(reference.errors)")
    let out = folder.path + "/maps"
    let stopped = try Self.map(image, out, ["--no-figures", "--jobs", "1"]) { process in
      let progress = URL(fileURLWithPath: out + "/maps.progress")
      while process.isRunning, (try? Data(contentsOf: progress))?.contains(0x23) != true {}
      kill(process.processIdentifier, signal)
    }
    if signal == SIGINT {
      #expect(stopped.status == 130)
      #expect(stopped.errors.contains("the same command goes on from there"))
    } else {
      #expect(stopped.status == nil)
    }
    let resumed = try Self.map(image, out, ["--no-figures"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains(" of the pixels are there already"))
    #expect(resumed.output == reference.output.replacing("/whole", with: "/maps"))
    #expect(try Self.files(out) == Self.files(folder.path + "/whole"))
  }

  @Test("Bins are told, and the axes are theirs")
  func bins() throws {
    let folder = try TemporaryFolder()
    let image = try MapImage([5, 6], in: folder)
    let out = folder.path + "/maps"
    let outcome = try Self.map(image, out, ["--no-figures", "--bin", "2x3"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let document = try Self.document(out)
    #expect(document.shape == [3, 2])
    // The middle of a bin of n pixels lies (n - 1) / 2 pixels behind its first one.
    #expect(document.axes.map(\.scale) == [2, 3] && document.axes.map(\.offset) == [0.5, 1])
  }

  @Test("Where every pixel fails, the maps say why, and the status is 1")
  func allFailed() throws {
    let folder = try TemporaryFolder()
    let image = try MapImage([2, 3], in: folder) { _ in
      [Float](repeating: .nan, count: MapImage.channelCount)
    }
    let out = folder.path + "/maps"
    let outcome = try Self.map(image, out)
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.contains(
        "no pixel could be predicted (holds NaN, infinite or absurd intensities); "))
    #expect(try Self.words("status", in: out) == [22, 22, 22, 22, 22, 22])
    #expect(try Self.words("bond_length", in: out).allSatisfy { Float(bitPattern: $0).isNaN })
    #expect(try Self.document(out).failures.map(\.count) == [6])
  }

  @Test("Python draws the folder; without it the maps stay")
  func figures() throws {
    let folder = try TemporaryFolder()
    let image = try MapImage([2, 3], in: folder)
    let out = folder.path + "/maps"
    let drawn = try Self.map(
      image, out, environment: [FigureTests.python(in: folder, status: 0)])
    #expect(drawn.status == 0, "\(drawn.errors)")
    let arguments = try String(contentsOfFile: folder.path + "/arguments", encoding: .utf8)
    #expect(arguments == "-m\nspectra_infer.plot\nmaps\n\(out)\n")
    let missing = try Self.map(image, out, environment: ["SPECTRA_PYTHON=/none/python"])
    #expect(missing.status == 0)
    #expect(missing.errors.contains("no figure was drawn: there is no /none/python; "))
    #expect(missing.errors.hasSuffix("; the maps are in \(out)\n"))
  }

  @Test("A disk that fills up is told, and the command goes on when there is room")
  func fullDisk() throws {
    let folder = try TemporaryFolder()
    let image = try MapImage([30, 40], in: folder)
    let out = folder.path + "/maps"
    // Files may become 4000 bytes long, where a map has 4928.
    let full = try Self.map(
      image, out, ["--no-figures"],
      environment: ["--ignore-signal=XFSZ", "/usr/bin/prlimit", "--fsize=4000"])
    #expect(full.status == 1)
    #expect(full.errors.contains(".npy: cannot be written; make room, and run the same command"))
    let resumed = try Self.map(image, out, ["--no-figures"])
    #expect(resumed.status == 0, "\(resumed.errors)")
  }

  @Test("A low-loss image of another shape is refused")
  func lowLossShape() throws {
    let folder = try TemporaryFolder()
    let image = try MapImage([2, 3], in: folder)
    let lowLoss = try MapImage([3, 2], in: folder, name: "low.npy")
    let axis = try folder.write((0..<1000).map { "\($0)\n" }.joined(), to: "axis.txt")
    let outcome = try Self.map(
      image, folder.path + "/maps", ["--low-loss", lowLoss.path, "--low-loss-axis", axis])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("low.npy: has 3 x 2 low-loss spectra for 2 x 3 pixels; "))
  }

  /// The zero-loss peak of each pixel lies elsewhere, and its core loss with it; one low-loss
  /// spectrum for all moves all alike.
  @Test("Each pixel is aligned by its low-loss spectrum", arguments: [[2, 3], [1]])
  func dualEELS(shape: [Int]) throws {
    let folder = try TemporaryFolder()
    let image = try MapImage([2, 3], in: folder)
    let step = shape.count == 2 ? 0.3 : 0
    let first = 0.45
    let lowLoss = try MapImage(shape, in: folder, name: "low.npy") { pixel in
      let peak = first + step * Double(pixel % 97)
      return (0..<MapImage.channelCount).map { channel in
        let energy = -20 + 0.05 * Double(channel) - peak
        return Float(100 + 1e6 * exp(-energy * energy / (2 * 0.3 * 0.3)))
      }
    }
    let axis = try folder.write(
      (0..<MapImage.channelCount).map { "\(-20 + 0.05 * Double($0))\n" }.joined(), to: "axis.txt")
    let options = ["--no-figures", "--resolution", "1.2"]
    let plain = try Self.map(image, folder.path + "/plain", options)
    #expect(plain.status == 0, "\(plain.errors)")
    let aligned = try Self.map(
      image, folder.path + "/aligned",
      options + ["--align", "--low-loss", lowLoss.path, "--low-loss-axis", axis])
    #expect(aligned.status == 0, "\(aligned.errors)")
    let onsets = try ["plain", "aligned"].map { name in
      try Self.words("onset", in: "\(folder.path)/\(name)").map { Float(bitPattern: $0) }
    }
    for pixel in 0..<6 {
      let moved = Double(onsets[0][pixel] - onsets[1][pixel])
      #expect((moved - first - step * Double(pixel)).magnitude < 0.01, "\(pixel): \(moved)")
    }
  }

  @Test("Where there is nothing to map or no place for maps, nothing is left behind")
  func places() throws {
    let folder = try TemporaryFolder()
    let image = try MapImage([2, 3], in: folder)
    let occupied = try folder.write("mine", to: "file")
    let file = try Self.map(image, occupied, ["--no-figures"])
    #expect(file.status == 1 && file.errors.contains("file: is a file; name a folder"))
    let forbidden = try Self.map(image, "/proc/none/maps", ["--no-figures"])
    #expect(forbidden.status == 1)
    #expect(forbidden.errors.contains("/proc/none/maps: the folder cannot be made; "))
    let others = try Self.map(image, folder.path, ["--no-figures"])
    #expect(others.status == 1 && others.errors.contains(" and no maps; name another folder"))
    for shape in [[0, 5], [5, 0]] {
      let empty = try MapImage(shape, in: folder, name: "empty.npy")
      let outcome = try Self.map(empty, folder.path + "/none", ["--no-figures"])
      #expect(outcome.status == 1 && outcome.errors.contains("Error: \(empty.path): "))
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/none"))
    #expect(try String(contentsOfFile: occupied, encoding: .utf8) == "mine")
  }

  /// NaN and infinities, counts below zero, huge ones, and none at all.
  @Test("Hostile intensities fail as pixels, and their neighbours stay")
  func hostilePixels() throws {
    let folder = try TemporaryFolder()
    let hostile: [Float] = [.nan, .infinity, -.infinity, -1e30, 1e38, 0, .leastNonzeroMagnitude]
    let image = try MapImage([2, 7], in: folder) { pixel in
      pixel < 7
        ? [Float](repeating: hostile[pixel], count: MapImage.channelCount)
        : MapImage.counts(pixel)
    }
    let out = folder.path + "/maps"
    let outcome = try Self.map(image, out, ["--no-figures"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let statuses = try Self.words("status", in: out)
    #expect(statuses[..<7].allSatisfy { $0 >= 20 && $0 < 40 }, "\(statuses)")
    #expect(statuses[7...].allSatisfy { $0 == 0 }, "\(statuses)")
    #expect(try Self.document(out).predicted_count == 7)
  }
}
