import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Model file")
struct ModelFileTests {
  struct PayloadCase: Decodable {
    var bits: [UInt32]
    var base64: String
    var sha256: String
  }

  @Test("Payloads are little-endian float32 as NumPy writes them")
  func payload() throws {
    let expected = try Fixture.load("dataset/payload.json", as: PayloadCase.self)
    let values = expected.bits.map { Float(bitPattern: $0) }
    let payload = Payload(values, shape: [3, 3])
    #expect(payload.base64 == expected.base64)
    #expect(payload.sha256 == expected.sha256)
    #expect(payload.shape == [3, 3])
    #expect(Payload(values).shape == [9])
    let matrix = Matrix(rows: 1, columns: 9, values: values)
    #expect(Payload(matrix).base64 == expected.base64)
    #expect(Payload(matrix).shape == [1, 9])
    #expect(Payload([]).base64 == "")
  }

  struct SealCase: Decodable {
    var object: String
    var sealed: String
  }

  @Test("The seal is that of Python's hashlib", arguments: 0..<3)
  func seal(_ index: Int) throws {
    let expected = try Fixture.load("dataset/seal.json", as: [SealCase].self)[index]
    let bytes = ModelWriter().seal(Data(expected.object.utf8))
    #expect(String(decoding: bytes, as: UTF8.self) == expected.sealed)
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(bytes)) }
  }

  static let document = Result {
    try EnsembleTrainer(dataset: TinyDatabase.dataset(), plan: TinyDatabase.plan()).train()
  }

  /// SHA-256 by coreutils.
  static func sha256(_ bytes: some Sequence<UInt8>) throws -> String {
    let (process, input, output) = (Process(), Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(bytes))
    try input.fileHandleForWriting.close()
    let digits = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: digits.prefix(64), as: UTF8.self)
  }

  @Test("The last digits are the SHA-256 of all bytes before them")
  func checksum() throws {
    let bytes = try ModelWriter().bytes(of: Self.document.get())
    let digits = String(decoding: bytes.suffix(68).dropLast(4), as: UTF8.self)
    #expect(try Self.sha256(bytes.dropLast(68)) == digits)
    #expect(bytes.suffix(4) == Array("\"\n}\n".utf8)[...])
    #expect(String(decoding: bytes, as: UTF8.self).contains("\"file_sha256\" : \"\(digits)\""))
  }

  @Test("The same document gives the same bytes, another one others")
  func determinism() throws {
    var document = try Self.document.get()
    let bytes = try ModelWriter().bytes(of: document)
    #expect(try ModelWriter().bytes(of: document) == bytes)
    document.card.seed += 1
    #expect(try ModelWriter().bytes(of: document) != bytes)
  }

  @Test("It is JSON with what the document holds, and decodes to it")
  func json() throws {
    let document = try Self.document.get()
    let bytes = try ModelWriter().bytes(of: document)
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    #expect(object["format"] as? String == "spectra-infer model")
    // Without a domain.
    #expect(object["format_version"] as? Int == 2)
    #expect((object["members"] as? [Any])?.count == 3)
    let names = object.keys.sorted()
    let expected = [
      "calibration", "card", "feature_scaling", "file_sha256", "format", "format_version", "golden",
      "members", "preprocessing", "properties", "references", "target_scaling",
    ]
    #expect(names == expected)
    let again = try JSONDecoder().decode(ModelDocument.self, from: Data(bytes))
    #expect(try ModelWriter().bytes(of: again) == bytes)
  }

  @Test("The library loads it and finds the document's numbers")
  func loads() throws {
    let document = try Self.document.get()
    let bytes = try ModelWriter().bytes(of: document)
    let model = try Model(json: bytes.span)
    #expect(model.memberCount == 3)
    #expect(model.preprocessor == TinyDatabase.preprocessor)
    #expect(model.referenceCount == document.references.ids.count)
    for reference in 0..<model.referenceCount {
      #expect(model.referenceIdentifier(reference) == document.references.ids[reference])
      let values = MaterialProperty.allCases.map { model.referenceProperties(reference)[$0] }
      #expect(values == document.references.properties[reference].map { $0 ?? .nan })
    }
    // The golden input is the first reference; the networks of training and of the library agree.
    var workspace = try model.makeWorkspace(channelCount: 0)
    let golden = (0..<14).map { model.referenceFeatures[$0] }
    let prediction = try model.predict(features: golden.span, using: &workspace)
    for property in MaterialProperty.allCases {
      let expected = document.golden.values[property.rawValue]
      #expect(abs(prediction[property].value - expected) < 1e-4)
    }
    let card = try JSONDecoder().decode(ModelCard.self, from: Data(model.cardJSON.utf8))
    #expect(card.test_spectra == document.card.test_spectra)
  }

  @Test("A number that is not finite is refused")
  func notFinite() throws {
    var document = try Self.document.get()
    document.target_scaling.mean[2] = .nan
    #expect(throws: (any Error).self) { try ModelWriter().bytes(of: document) }
  }

  @Test("The file is written whole, or the path is told")
  func files() throws {
    let path = FileManager.default.temporaryDirectory.path + "/spectra-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = try ModelWriter().bytes(of: Self.document.get())
    try ModelWriter().write([1, 2, 3], to: path)
    try ModelWriter().write(bytes, to: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(bytes))
    let error = #expect(throws: DataError.self) {
      try ModelWriter().write(bytes, to: path + "/x.json")
    }
    #expect(error?.description.hasPrefix(path + "/x.json: cannot be written") == true)
  }
}
