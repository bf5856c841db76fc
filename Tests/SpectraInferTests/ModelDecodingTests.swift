import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

private func failure(_ bytes: [UInt8]) -> SpectraError? {
  do throws(SpectraError) {
    _ = try Model(json: bytes.span)
    return nil
  } catch {
    return error
  }
}

@Suite("Damaged model files")
struct DamagedModelTests {
  private static func bytes(format: Int) throws -> [UInt8] {
    let bytes = try SmallModel.bytes(format: format)
    #expect(failure(bytes) == nil)
    return bytes
  }

  @Test("Cut at any byte, a model is refused", arguments: [1, 2, 3])
  func truncated(format: Int) throws {
    let bytes = try Self.bytes(format: format)
    for count in 0..<bytes.count {
      let error = failure(Array(bytes[..<count]))
      let isRefused =
        error?.code == .modelSyntax || error?.code == .modelFormat || error?.code == .modelChecksum
      #expect(isRefused, "\(count) of \(bytes.count) bytes")
    }
  }

  @Test("With any bit flipped, a model is refused", arguments: 0..<8, [1, 2, 3])
  func flipped(bit: Int, format: Int) throws {
    let bytes = try Self.bytes(format: format)
    var damaged = bytes
    for place in bytes.indices {
      damaged[place] ^= 1 << UInt8(bit)
      if failure(damaged) == nil { Issue.record("bit \(bit) of byte \(place) went unnoticed") }
      damaged[place] = bytes[place]
    }
  }

  @Test(
    "Whatever is not a model is refused as such",
    arguments: [
      ("", .modelSyntax), (" \n", .modelSyntax), ("x", .modelFormat),
      ("energy,counts\n1,2\n", .modelFormat), ("{}", .modelFormat), ("[]", .modelFormat),
      ("null", .modelFormat), ("1e999", .modelFormat), ("\u{FEFF}{}", .modelFormat),
      ("{", .modelSyntax), ("{]", .modelSyntax), ("{\"format\": \"x\"}", .modelFormat),
      ("{\"format\": 3}", .modelFormat), ("{\"format\": \"spectra-infer model\"}", .modelFormat),
      ("{\"format\": \"spectra-infer model\", \"format_version\": 4}", .modelFormat),
      ("{\"format\": \"spectra-infer model\", \"format_version\": 0}", .modelFormat),
      ("{\"format\": \"spectra-infer model\", \"format_version\": \"1\"}", .modelFormat),
      (
        "{\"format\": \"spectra-infer model\", \"format_version\": 9223372036854775807}",
        .modelFormat
      ),
      ("{\"format\": \"spectra-infer model\", \"format_version\": 1}", .modelChecksum),
      ("{\"format\": \"spectra-infer model\", \"format_version\": 2}", .modelChecksum),
      ("{\"format\": \"spectra-infer model\", \"format_version\": 3}", .modelChecksum),
      ("{\"a\":" + String(repeating: "[", count: 100_000), .modelContent),
      (String(repeating: "{\"a\":", count: 1000), .modelContent),
      ("{\"a\":[" + String(repeating: "[],", count: 300_000), .modelContent),
      ("{\"a\":[" + String(repeating: "0,", count: 1_100_000), .modelContent),
    ] as [(String, SpectraError.Code)])
  func noModel(text: String, code: SpectraError.Code) {
    #expect(failure([UInt8](text.utf8))?.code == code)
  }
}

/// A change to the JSON of a sound model, sealed again with a right checksum: what a hostile author
/// or a broken exporter would make.
private struct Mutation: Sendable, CustomTestStringConvertible {
  let path: [String]
  let value: @Sendable (Any?) -> Any?
  let code: SpectraError.Code
  let place: String
  let name: String

  var testDescription: String { "\(path.joined(separator: ".")): \(name)" }

  init(
    _ path: String, _ name: String, _ code: SpectraError.Code = .modelContent,
    at place: String? = nil, _ value: @escaping @Sendable (Any?) -> Any?
  ) {
    self.path = path.split(separator: ".").map { String($0) }
    self.name = name
    self.code = code
    self.place = place ?? ""
    self.value = value
  }

  func apply(to document: Any) -> Any { Self.change(document, path[...], value) }

  private static func change(
    _ node: Any, _ path: ArraySlice<String>, _ value: (Any?) -> Any?
  ) -> Any {
    guard let key = path.first else { return value(node) ?? NSNull() }
    let rest = path.dropFirst()
    if var object = node as? [String: Any] {
      if rest.isEmpty {
        object[key] = value(object[key])
      } else if let inner = object[key] {
        object[key] = change(inner, rest, value)
      }
      return object
    }
    if var array = node as? [Any], let index = Int(key), array.indices.contains(index) {
      array[index] =
        rest.isEmpty ? value(array[index]) ?? NSNull() : change(array[index], rest, value)
      return array
    }
    return node
  }
}

@Suite("Hostile model files")
struct HostileModelTests {
  private static let layer = "members.0.layers.0"
  private static let zero = Payload([0])

  private static func payload(_ values: [Float], shape: [Int], claimed: [Int]? = nil) -> Any {
    SmallModel.payload(values, shape: shape, claimed: claimed)
  }

  private static let wrongTypes: [Mutation] = {
    let paths = [
      "properties", "preprocessing", "feature_scaling", "target_scaling", "members", "calibration",
      "references", "golden", "preprocessing.grid", "preprocessing.edge_rule",
      "preprocessing.background.window_ev", "feature_scaling.mean", "members.0.layers",
      "\(layer).weights", "\(layer).bias.base64", "\(layer).weights.sha256", "golden.values",
      "references.ids", "calibration.novelty.distances", "target_scaling.scale",
    ]
    return paths.flatMap { path -> [Mutation] in
      [
        Mutation(path, "missing") { _ in nil }, Mutation(path, "true") { _ in true },
        Mutation(path, "a number") { _ in -7.5 },
        Mutation(path, "an empty object") { _ in [String: Any]() },
      ]
    }
  }()

  private static let recipe: [Mutation] = [
    Mutation("surprise", "an unknown member") { _ in 1 },
    Mutation("preprocessing.surprise", "an unknown member") { _ in 1 },
    Mutation("card", "null") { _ in NSNull() }, Mutation("card", "a list") { _ in [1] },
    Mutation("properties", "five of them") { Array(($0 as? [Any] ?? []).dropLast()) },
    Mutation("properties.0.name", "of another property") { _ in "bond_angle" },
    Mutation("properties.1.unit", "another unit") { _ in "radian" },
    Mutation("preprocessing.alignment", "unknown") { _ in "guess" },
    Mutation("preprocessing.normalization", "unknown") { _ in "max" },
    Mutation("preprocessing.background.rule", "unknown") { _ in "spline" },
    Mutation("preprocessing.background.window_ev", "backwards") { _ in [525, 490] },
    Mutation("preprocessing.background.window_ev", "three ends") { _ in [490, 500, 525] },
    Mutation("preprocessing.edge_rule.onset_window_ev", "backwards") { _ in [570, 505] },
    Mutation("preprocessing.edge_rule.fraction", "zero") { _ in 0 },
    Mutation("preprocessing.edge_rule.fraction", "one") { _ in 1 },
    Mutation("preprocessing.grid.count", "huge") { _ in 1 << 40 },
    Mutation("preprocessing.grid.count", "not the weights'") { _ in 3 },
    Mutation("preprocessing.grid.count", "a fraction") { _ in 2.5 },
    Mutation("preprocessing.grid.count", "negative") { _ in -2 },
    Mutation("preprocessing.grid.step_ev", "zero") { _ in 0 },
    Mutation("preprocessing.grid.step_ev", "1e300") { _ in 1e300 },
    Mutation("preprocessing.grid.start_ev", "text") { _ in "0" },
    Mutation("preprocessing.broadening_sigma_ev", "zero") { _ in 0 },
    Mutation("target_scaling.scale.3", "zero") { _ in 0 },
    Mutation("target_scaling.scale.3", "negative") { _ in -1 },
    Mutation("target_scaling.mean", "five of them") { _ in [1, 2, 3, 4, 5] },
    Mutation("feature_scaling.scale", "zero") { _ in payload([1, 0], shape: [2]) },
    Mutation("feature_scaling.scale", "NaN") { _ in payload([1, .nan], shape: [2]) },
    Mutation("feature_scaling.mean", "infinite") { _ in payload([.infinity, 1], shape: [2]) },
    Mutation("feature_scaling.mean", "three values") { _ in payload([1, 1, 1], shape: [3]) },
    Mutation("feature_scaling.mean", "a shape of its own") { _ in
      payload([1, 1, 1], shape: [3], claimed: [2])
    },
  ]

  private static let networks: [Mutation] = [
    Mutation("members", "none") { _ in [Any]() },
    Mutation("members", "a thousand") { Array(repeating: ($0 as? [Any])?[0] ?? 0, count: 1000) },
    Mutation("members.0.layers", "none") { _ in [Any]() },
    Mutation("\(layer).activation", "unknown") { _ in "tanh" },
    Mutation("\(layer).weights.shape", "transposed") { _ in [2, 6] },
    Mutation("\(layer).weights.shape", "huge") { _ in [1 << 40, 1 << 40] },
    Mutation("\(layer).weights.shape", "overflowing") { _ in [Int.max, 2] },
    Mutation("\(layer).weights.shape", "one count") { _ in [12] },
    Mutation("\(layer).weights.shape", "negative") { _ in [-6, -2] },
    Mutation("\(layer).weights.base64", "foreign characters") { _ in
      String(repeating: "!", count: 64)
    },
    Mutation("\(layer).weights.base64", "cut") { String((($0 as? String) ?? "").dropLast(4)) },
    Mutation("\(layer).weights.base64", "empty") { _ in "" },
    Mutation("\(layer).weights.sha256", "of something else", .modelChecksum) { _ in zero.sha256 },
    Mutation("\(layer).weights.sha256", "upper case", .modelChecksum) {
      (($0 as? String) ?? "").uppercased()
    },
    Mutation("\(layer).weights", "NaN") { _ in
      payload([Float](repeating: .nan, count: 12), shape: [6, 2])
    },
    Mutation("\(layer).bias", "too short") { _ in payload([0, 0, 0], shape: [3]) },
  ]

  private static let knowledge: [Mutation] = [
    Mutation("references.ids", "too few") { _ in [Any]() },
    Mutation("references.ids.0", "empty") { _ in "" },
    Mutation("references.ids.0", "with a zero byte", .modelSyntax) { _ in "mp\u{0}1" },
    Mutation("references.ids.0", "long") { _ in String(repeating: "x", count: 256) },
    Mutation("references.ids.0", "a number") { _ in 7 },
    Mutation("references.properties.0.2", "text") { _ in "16" },
    Mutation("references.properties.0", "seven of them") { _ in [1, 2, 3, 4, 5, 6, 7] },
    Mutation("references.features", "of another width") { _ in payload([1, 1, 1], shape: [1, 3])
    },
    Mutation("calibration.novelty.distances", "too few") { _ in [0, 1] },
    Mutation("calibration.novelty.distances.50", "falling") { _ in 0.0 },
    Mutation("calibration.novelty.distances.50", "negative") { _ in -1 },
    Mutation("calibration.novelty.flag_level", "above one") { _ in 1.5 },
    Mutation("calibration.properties.5.base", "negative") { _ in -1 },
    Mutation("golden.values.0", "another value", .modelSelfTest) { _ in 1.9 },
    Mutation("golden.values.0", "1e300") { _ in 1e300 },
    Mutation("golden.features", "another input", .modelSelfTest) { _ in
      payload([0.5, 2], shape: [2])
    },
    Mutation("golden.features", "too large", .modelSelfTest) { _ in payload([1e9, 1], shape: [2])
    },
  ]

  private static let entry = "calibration.properties.5"

  /// What only format 1 has, and what it has not.
  private static let firstFormat: [Mutation] = [
    Mutation("\(entry).quantile_95", "1e300") { _ in 1e300 },
    Mutation("\(entry).quantile_95", "below quantile_68") { _ in 0.5 },
    Mutation("\(entry).quantile_68", "missing") { _ in nil },
    Mutation("\(entry).quantiles_68", "of format 2") { _ in [1] },
    Mutation("calibration.quantile_distances", "of format 2") { _ in [0] },
    Mutation("references.groups", "of format 2") { _ in [0] },
  ]

  /// What formats 2 and 3 have, and what they have not.
  private static let laterFormats: [Mutation] = [
    Mutation("\(entry).quantile_68", "of format 1") { _ in 1 },
    Mutation("\(entry).quantiles_68", "missing") { _ in nil },
    Mutation("\(entry).quantiles_68", "a number") { _ in 1 },
    Mutation("\(entry).quantiles_68", "two of three") { _ in [1, 1] },
    Mutation("\(entry).quantiles_95", "four of three") { _ in [2, 2, 2, 2] },
    Mutation("\(entry).quantiles_95.2", "1e300") { _ in 1e300 },
    Mutation("\(entry).quantiles_68.0", "negative") { _ in -1 },
    Mutation("\(entry).quantiles_95.1", "below quantiles_68", at: "\(entry).quantiles_95.1") { _ in
      0.5
    },
    Mutation("calibration.quantile_distances", "missing") { _ in nil },
    Mutation("calibration.quantile_distances", "none") { _ in [Any]() },
    Mutation("calibration.quantile_distances", "two for three quantiles") { _ in [0, 1] },
    Mutation("calibration.quantile_distances", "seventeen") { _ in Array(0..<17) },
    Mutation("calibration.quantile_distances.0", "negative") { _ in -0.1 },
    Mutation("calibration.quantile_distances.1", "as the one before") { _ in 0.25 },
    Mutation("calibration.quantile_distances.2", "below the one before") { _ in 0.4 },
    Mutation("calibration.quantile_distances.2", "text") { _ in "1" },
    Mutation("references.groups", "missing") { _ in nil },
    Mutation("references.groups", "too few") { _ in [Any]() },
    Mutation("references.groups", "too many") { _ in [0, 1] },
    Mutation("references.groups.0", "negative") { _ in -1 },
    Mutation("references.groups.0", "a fraction") { _ in 0.5 },
    Mutation("references.groups.0", "beyond the last") { _ in 1_000_000_000 },
  ]

  /// A layer without a weight that is not zero.
  private static func emptyLayer(inputs: Int, outputs: Int) -> [String: Any] {
    [
      "activation": "linear",
      "bias": payload([Float](repeating: 0, count: outputs), shape: [outputs]),
      "weights": payload(
        [Float](repeating: 0, count: inputs * outputs), shape: [outputs, inputs]),
    ]
  }

  private static func network(_ layers: [String: Any]...) -> [String: Any] { ["layers": layers] }

  private static let domainLayer = "domain.members.1.layers.1"

  /// What only format 3 has.
  private static let domain: [Mutation] = [
    Mutation("domain", "missing") { _ in nil },
    Mutation("domain", "null") { _ in NSNull() },
    Mutation("domain", "a list") { _ in [Any]() },
    Mutation("domain", "an empty object") { _ in [String: Any]() },
    Mutation("domain.surprise", "an unknown member") { _ in 1 },
    Mutation("domain.level", "missing") { _ in nil },
    Mutation("domain.level", "above the range") { _ in 1.001e6 },
    Mutation("domain.level", "below the range") { _ in -1.001e6 },
    Mutation("domain.level", "1e300") { _ in 1e300 },
    Mutation("domain.level", "text") { _ in "0" },
    Mutation("domain.level", "true") { _ in true },
    Mutation("domain.members", "missing") { _ in nil },
    Mutation("domain.members", "none") { _ in [Any]() },
    Mutation("domain.members", "an object") { _ in [String: Any]() },
    Mutation("domain.members", "65 of them") { _ in
      [Any](repeating: network(emptyLayer(inputs: 2, outputs: 1)), count: 65)
    },
    Mutation("domain.members", "two outputs") { _ in
      [network(emptyLayer(inputs: 2, outputs: 2))]
    },
    Mutation("domain.members", "six outputs, as of the properties") { _ in
      [network(emptyLayer(inputs: 2, outputs: 6))]
    },
    Mutation("domain.members", "three inputs") { _ in
      [network(emptyLayer(inputs: 3, outputs: 1))]
    },
    Mutation("domain.members", "layers that do not chain") { _ in
      [network(emptyLayer(inputs: 2, outputs: 3), emptyLayer(inputs: 2, outputs: 1))]
    },
    Mutation("domain.members.1", "of another depth") { _ in
      network(emptyLayer(inputs: 2, outputs: 1))
    },
    Mutation("domain.members.1", "of another width") { _ in
      network(emptyLayer(inputs: 2, outputs: 3), emptyLayer(inputs: 3, outputs: 1))
    },
    Mutation("domain.members.0.seed", "an unknown member") { _ in 1 },
    Mutation("domain.members.0.layers", "none") { _ in [Any]() },
    Mutation("\(domainLayer).activation", "unknown") { _ in "tanh" },
    Mutation("\(domainLayer).weights", "NaN") { _ in payload([.nan, 0], shape: [1, 2]) },
    Mutation("\(domainLayer).bias", "too long") { _ in payload([0, 0], shape: [2]) },
    Mutation("\(domainLayer).weights.sha256", "of something else", .modelChecksum) { _ in
      zero.sha256
    },
  ]

  @Test("Sealed again without a change, the model loads", arguments: [1, 2, 3])
  func unchanged(format: Int) throws {
    #expect(failure(try SmallModel.bytes(format: format)) == nil)
  }

  private func expectRefusal(_ mutation: Mutation, format: Int) throws {
    let bytes = try SmallModel.sealed(mutation.apply(to: SmallModel.object(format: format)))
    let error = try #require(failure(bytes))
    #expect(error.code == mutation.code, "\(error)")
    #expect("\(error)".count > 20)
  }

  @Test(
    "A change is refused, with its place", arguments: wrongTypes + recipe + networks + knowledge,
    [1, 2, 3])
  private func refused(mutation: Mutation, format: Int) throws {
    try expectRefusal(mutation, format: format)
  }

  @Test("What format 1 has in another way is refused", arguments: firstFormat)
  private func refusedOfFirst(mutation: Mutation) throws {
    try expectRefusal(mutation, format: 1)
  }

  @Test("What later formats have in another way is refused", arguments: laterFormats, [2, 3])
  private func refusedOfLater(mutation: Mutation, format: Int) throws {
    try expectRefusal(mutation, format: format)
  }

  @Test("A hostile reference domain is refused", arguments: domain)
  private func refusedOfDomain(mutation: Mutation) throws {
    try expectRefusal(mutation, format: 3)
  }

  @Test("A reference domain is refused in formats that have none", arguments: [1, 2])
  func foreignDomain(format: Int) throws {
    var object = SmallModel.object(format: format)
    object["domain"] = SmallModel.object(format: 3)["domain"]
    #expect(failure(try SmallModel.sealed(object))?.code == .modelContent)
  }

  @Test("A file that says another format is refused", arguments: [1, 2, 3], [1, 2, 3, 4])
  func otherFormat(format: Int, said: Int) throws {
    var object = SmallModel.object(format: format)
    object["format_version"] = said
    let refusal: SpectraError.Code = said == 4 ? .modelFormat : .modelContent
    #expect(failure(try SmallModel.sealed(object))?.code == (said == format ? nil : refusal))
  }

  @Test("The message says that a network of the domain has one output")
  func domainMessage() throws {
    var object = SmallModel.object(format: 3)
    let network = Self.network(Self.emptyLayer(inputs: 2, outputs: 6))
    object["domain"] = ["level": 0, "members": [network]] as [String: Any]
    let error = try #require(failure(try SmallModel.sealed(object)))
    #expect("\(error)".hasPrefix("domain.members[0].layers[0]: must have one output"))
  }

  @Test(
    "Numbers that JSON has no business with are refused", arguments: ["NaN", "Infinity", "1e999"],
    ["\"flag_level\":0.5", "\"level\":0.25"])
  func foreignNumbers(text: String, place: String) throws {
    let data = try JSONSerialization.data(
      withJSONObject: SmallModel.object(format: 3), options: [.sortedKeys])
    let plain = String(decoding: data, as: UTF8.self)
    let name = try #require(place.split(separator: ":").first)
    let changed = plain.replacingOccurrences(of: place, with: "\(name):\(text)")
    #expect(changed != plain)
    let code = failure(ModelWriter().seal(Data(changed.utf8)))?.code
    #expect(code == .modelContent || code == .modelSyntax)
  }

  /// Texts that json-c reads, or changes, although they are not JSON as RFC 8259 has it, or not one
  /// meaning for every reader.
  @Test(
    "Where the card or a name is not JSON for every reader, the model is refused",
    arguments: [
      ("\"small\"", "1."), ("\"small\"", "01"), ("\"small\"", "+1"), ("\"small\"", ".5"),
      ("\"small\"", "-"), ("\"small\"", "1e"), ("\"small\"", "NaN"), ("\"small\"", "Infinity"),
      ("\"small\"", "True"), ("\"small\"", "nul"), ("\"small\"", "'small'"), ("\"small\"", ""),
      ("\"small\"", "[1,]"), ("\"small\"", "{\"a\":1,}"), ("\"small\"", "/* */ 1"),
      ("\"small\"", "\"\u{1}\""), ("\"small\"", "\"a\tb\""), ("\"small\"", "\"\\x\""),
      ("\"small\"", "\"\\u12g4\""), ("\"small\"", "\"\\u0000\""),
      ("\"small\"", "\"\\ud800\""), ("\"small\"", "\"\\udc00\""),
      ("\"small\"", "\"\\ud800\\u0041\""), ("\"small\"", "1, \"name\": 2"),
      ("\"small\"", "1, \"n\\u0061me\": 2"), ("\"flag_level\"", "\"flag_level\\u0000x\""),
      ("\"flag_level\":0.5", "\"flag_level\":0.5,\"fl\\u0061g_level\":0.9"),
      ("\"card\"", "\"c\\u0061rd\""), ("{\"name\":\"small\"}", "\"small\""),
      ("{\"name\":\"small\"}", "[\"small\"]"), ("{\"name\":\"small\"}", "7"),
    ])
  func foreignText(part: String, other: String) throws {
    let data = try JSONSerialization.data(
      withJSONObject: SmallModel.object(), options: [.sortedKeys])
    let plain = String(decoding: data, as: UTF8.self)
    let changed = plain.replacingOccurrences(of: part, with: other)
    #expect(changed != plain)
    let code = failure(ModelWriter().seal(Data(changed.utf8)))?.code
    #expect(code == .modelSyntax || code == .modelContent)
  }

  /// Markus Kuhn's list of malformed sequences: lone continuations, overlong forms, surrogates,
  /// beyond the last character, cut sequences.
  @Test(
    "Wrong UTF-8 is refused",
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0x81], [0xC3], [0xC3, 0x28], [0xE0, 0x9F, 0xBF],
      [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
    ] as [[UInt8]])
  func wrongCharacters(sequence: [UInt8]) throws {
    #expect(try self.code(cardName: sequence) == .modelSyntax)
  }

  @Test("Right UTF-8 and every escape load, and the card stands as it was written")
  func rightCharacters() throws {
    let sequences: [[UInt8]] = [
      [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEF, 0xBF, 0xBF],
      [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], [0x7F],
      Array("\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00".utf8),
    ]
    for sequence in sequences { #expect(try code(cardName: sequence) == nil) }
  }

  private func code(cardName: [UInt8]) throws -> SpectraError.Code? {
    let data = try JSONSerialization.data(
      withJSONObject: SmallModel.object(), options: [.sortedKeys])
    let name = try #require([UInt8](data).firstRange(of: Array("small".utf8)))
    var bytes = [UInt8](data)
    bytes.replaceSubrange(name, with: cardName)
    let sealed = ModelWriter().seal(Data(bytes))
    if let error = failure(sealed) { return error.code }
    let model = try Model(json: sealed.span)
    #expect(Array(model.cardJSON.utf8) == Array("{\"name\":\"".utf8) + cardName + Array("\"}".utf8))
    return nil
  }

  @Test("The checksum must be the member of that name, and the last one")
  func hiddenChecksum() throws {
    var object = SmallModel.object()
    object["file_sha256"] = "x"
    let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    let text = String(decoding: data.dropLast(), as: UTF8.self)
    let sealed = ModelWriter().seal(Data((text + "}").utf8))
    // Two members of one name; and with the last one renamed, a member too many.
    #expect(failure(sealed)?.code == .modelContent)
  }

  @Test("The place and the numbers are in the message")
  func message() throws {
    let mutation = Mutation("\(Self.layer).weights.shape", "transposed") { _ in [6, 3] }
    let error = try #require(
      failure(try SmallModel.sealed(mutation.apply(to: SmallModel.object()))))
    #expect("\(error)".hasPrefix("members[0].layers[0].weights."))
  }

  @Test("Text after the end is refused")
  func trailing() throws {
    let bytes = try SmallModel.bytes()
    for tail in ["\n", " ", "{}", "\u{0}", "x"] {
      let code = failure(bytes + Array(tail.utf8))?.code
      #expect(code == .modelSyntax || code == .modelChecksum)
    }
  }
}

@Suite("Model files")
struct ModelFileTests {
  @Test("The shipped models load, with the alignment in their name", arguments: Alignment.allCases)
  func shipped(alignment: Alignment) throws {
    let bytes = try Repository.bytes("data/models/\(alignment.name).json")
    let model = try Model(json: bytes.span)
    #expect(model.preprocessor.alignment == alignment)
    #expect(model.featureCount == 160)
    #expect(model.memberCount == 5)
    #expect(model.referenceCount > 100)
    for reference in 0..<model.referenceCount {
      // The demo's material and its mirror image are kept out.
      let id = model.referenceIdentifier(reference)
      #expect(!id.hasPrefix("mp-7000/") && !id.hasPrefix("mp-6930/"))
    }
  }

  @Test("What was written is what is read", arguments: [1, 2, 3])
  func contents(format: Int) throws {
    let bytes = try SmallModel.bytes(
      features: 4, hidden: [3], members: 2, references: 2, format: format)
    let model = try Model(json: bytes.span)
    #expect(model.formatVersion == format)
    #expect(model.preprocessor == SmallModel.preprocessor(4, .edge))
    #expect(model.memberCount == 2)
    #expect(model.referenceCount == 2)
    #expect(model.referenceIdentifier(1) == "r1")
    #expect(model.referenceProperties(0).bondLength == 1.6)
    #expect(model.referenceProperties(0).bondAngle.isNaN, "null is a missing value")
    #expect(model.referenceProperties(1).bondAngle == 150)
    #expect(copy(model.referenceFeatures) == [0.875, 1, 1.125, 0.875, 0.75, 1, 1.25, 0.75])
    #expect(model.cardJSON.contains("\"small\""))
  }

  @Test("A file that cannot be read is refused", arguments: ["/nowhere/model.json", "/", ""])
  func unreadable(path: String) {
    do throws(SpectraError) {
      let model = try Model(contentsOf: path)
      #expect(model.featureCount < 0)
      Issue.record("was read")
    } catch {
      #expect(error.code == .file)
    }
  }
}
