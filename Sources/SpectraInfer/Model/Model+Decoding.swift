internal import CKernels

extension Model {
  /// Reads a model file (docs/model-format.md, with what formats 2 and 3 have in another way) and
  /// believes nothing in it unchecked.
  ///
  /// - Throws: `.modelSyntax`, `.modelFormat`, `.modelChecksum`, `.modelContent` or
  ///   `.modelSelfTest`, with the place in the file; `.memory` where an allocation is refused.
  /// - Complexity: O(bytes).
  public init(json file: Span<UInt8>) throws(SpectraError) {
    self = try Self.decode(file)
  }

  private static func decode(_ file: Span<UInt8>) throws(SpectraError) -> Model {
    guard file.count <= ModelLimits.fileBytes else {
      throw SpectraError(
        .modelFormat, "the file is too large for a model, bytes", found: Double(file.count),
        expected: Double(ModelLimits.fileBytes))
    }
    let scan = try JSONScanner(file)
    let document = try JSONDocument(file, scan)
    defer { document.close() }
    let root = document.root
    let version = try checkFormat(root)
    guard scan.byteCount == file.count else {
      throw SpectraError(
        .modelSyntax, "something follows the end of the model at the byte of this number",
        found: Double(scan.byteCount))
    }
    try ModelSeal.check(file, against: root)

    if version < 3 {
      try root.requireMembers([
        "calibration", "card", "feature_scaling", ModelSeal.memberName, "format",
        "format_version", "golden", "members", "preprocessing", "properties", "references",
        "target_scaling",
      ])
    } else {
      try root.requireMembers([
        "calibration", "card", "domain", "feature_scaling", ModelSeal.memberName, "format",
        "format_version", "golden", "members", "preprocessing", "properties", "references",
        "target_scaling",
      ])
    }
    try checkProperties(root.member("properties"))
    let preprocessor = try Preprocessor(decoding: root.member("preprocessing"))
    let features = preprocessor.grid.count
    let kernel = spectra_kernel_chosen()
    let references = try ReferenceLibrary(
      decoding: root.member("references"), formatVersion: version, featureCount: features,
      kernel: kernel)
    let similar = ReferenceShapes.quantile
    let shapes = try ReferenceShapes(
      of: references, quantile: version < 3 ? similar.alone : similar.besideNetworks,
      gridStep: preprocessor.grid.step, kernel: kernel)
    var ensemble = try Ensemble(
      decoding: root.member("members"), inputCount: features,
      outputs: (MaterialProperty.allCases.count, "must have one output for each property"),
      kernel: kernel)
    var domain =
      version < 3
      ? try ReferenceDomain(unknownOn: kernel)
      : try ReferenceDomain(decoding: root.member("domain"), inputCount: features, kernel: kernel)
    // They share their inputs, and so the distance from row to row.
    ensemble.widen(to: domain.networks.widestLayer)
    domain.networks.widen(to: ensemble.widestLayer)
    let model = try Model(
      formatVersion: version, preprocessor: preprocessor,
      scaler: Scaler(
        decoding: root.member("feature_scaling"), count: features, kernel: kernel),
      ensemble: ensemble,
      calibration: Calibration(
        decoding: root.member("calibration"), targets: root.member("target_scaling"),
        formatVersion: version, kernel: kernel),
      references: references, shapes: shapes,
      domain: domain, card: card(file, scan.card))
    try model.selfTest(root.member("golden"))
    return model
  }

  /// The name and version of the format, looked at before all else.
  private static func checkFormat(_ root: JSONValue) throws(SpectraError) -> Int {
    var isModel = false
    do throws(SpectraError) {
      isModel = try root.member("format").isText("spectra-infer model")
    } catch {
      throw JSONScanner.noModel
    }
    guard isModel else { throw JSONScanner.noModel }
    do throws(SpectraError) {
      return try root.member("format_version").integer(1...Model.formatVersionMaximum)
    } catch {
      let isNewer = (error.found ?? 0) > Double(Model.formatVersionMaximum)
      throw SpectraError(
        .modelFormat,
        isNewer
          ? "the model is of a newer format; update the library"
          : "must be the whole number of a format; export the model again",
        at: error.place, found: error.found, expected: error.expected)
    }
  }

  /// The six properties with their units, in their order.
  private static func checkProperties(_ list: JSONValue) throws(SpectraError) {
    let count = MaterialProperty.allCases.count
    _ = try list.arrayCount(count...count)
    for property in MaterialProperty.allCases {
      let entry = list.element(property.rawValue)
      try entry.requireMembers(["name", "unit"])
      guard try entry.member("name").isText(property.name) else {
        throw try entry.member("name").error("is not the property that the format has here")
      }
      guard try entry.member("unit").isText(property.unit) else {
        throw try entry.member("unit").error("is not the unit of the property")
      }
    }
  }

  /// The model card as it stands in the file, closed by a zero byte.
  private static func card(
    _ file: Span<UInt8>, _ range: Range<Int>?
  ) throws(SpectraError) -> Storage<UInt8> {
    let place = ErrorPlace().member("card")
    guard let range else {
      throw SpectraError(.modelContent, "must be spelled without escapes", at: place)
    }
    guard file[range.lowerBound] == UInt8(ascii: "{") else {
      throw SpectraError(.modelContent, "must be an object", at: place)
    }
    var card = try Storage<UInt8>(repeating: 0, count: range.count + 1)
    var bytes = card.mutableSpan
    for index in 0..<range.count { bytes[index] = file[range.lowerBound + index] }
    return card
  }

  /// Predicts from the golden features and compares with the golden values.
  private func selfTest(_ golden: JSONValue) throws(SpectraError) {
    try golden.requireMembers(["features", "values"])
    let expected = try PropertyValues(decoding: golden.member("values"))
    let place = try golden.member("values").place
    let scale = calibration.targetScale
    let prediction = try predictGolden(
      golden.member("features").payload(columns: featureCount), at: place)
    for property in MaterialProperty.allCases {
      let found = prediction[property].value
      guard (found - expected[property]).magnitude <= 1e-5 * scale[property.rawValue] else {
        throw SpectraError(
          .modelSelfTest,
          """
          the golden input does not give the golden value; export the model again, or report \
          this processor
          """, at: place.element(property.rawValue),
          found: found, expected: expected[property])
      }
    }
  }

  // The features are borrowed as an argument: Embedded Swift cannot keep a local storage while its
  // span is used.
  private func predictGolden(
    _ features: borrowing Storage<Float>, at place: ErrorPlace
  ) throws(SpectraError) -> Prediction {
    var workspace = try makeWorkspace(channelCount: 0)
    do throws(SpectraError) {
      return try predict(features: features.span, using: &workspace)
    } catch {
      throw SpectraError(
        .modelSelfTest, "the golden input cannot be predicted; export the model again", at: place)
    }
  }
}
