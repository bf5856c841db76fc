/// An image of a DigitalMicrograph file: a spectrum, a line or an image of spectra, or a picture.
struct GatanImage {
  /// A dimension of the numbers; the first one runs fastest.
  struct Dimension {
    let count: Int
    /// Numbers from one element to the next.
    let stride: Int
    /// The channel whose position is zero.
    let origin: Double
    /// Distance of two elements, in `unit`.
    let scale: Double
    let unit: String

    var energyUnit: EnergyUnit? { EnergyUnit(unit) }
  }

  /// Codes of the types of images whose numbers are real.
  private static let types: [Int: NumberType] = [
    1: .int16, 2: .float32, 6: .uint8, 7: .int32, 9: .int8, 10: .uint16, 11: .uint32, 12: .float64,
    14: .uint8, 39: .int64, 40: .uint64,
  ]

  let title: String
  let tags: GatanTagGroup
  let dimensions: [Dimension]
  /// Nil where the numbers are structures, as complex ones are.
  let data: GatanTag.Numbers?
  /// Nil where the numbers are complex, colours or packed.
  let type: NumberType?
  let brightness: GatanTagGroup
  let brightnessUnit: String
  /// The index of the dimension with the channels; nil where the image is a picture.
  let energyIndex: Int?

  /// The image that a group of the tag "ImageList" is; nil where it holds no numbers.
  init?(_ group: GatanTagGroup, _ reader: GatanTagReader) throws(DataError) {
    guard let image = group["ImageData"]?.group,
      let counts = image["Dimensions"]?.group?.numbers, !counts.isEmpty, counts.count <= 8
    else { return nil }
    switch image["Data"] {
    case .array(let numbers): data = numbers
    case .other: data = nil
    default: return nil
    }
    title = try reader.text(of: group["Name"]) ?? ""
    tags = group["ImageTags"]?.group ?? GatanTagGroup()
    let code = image["DataType"]?.number.flatMap { Int(exactly: $0) }
    type = data == nil ? nil : code.flatMap { Self.types[$0] }
    let calibrations = image["Calibrations", "Dimension"]?.group?.groups ?? []
    brightness = image["Calibrations", "Brightness"]?.group ?? GatanTagGroup()
    brightnessUnit = try reader.text(of: brightness["Units"]) ?? ""
    var (stride, dimensions) = (1, [Dimension]())
    for (index, number) in counts.enumerated() {
      guard let count = Int(exactly: number), count > 0 else {
        throw DataError(
          "\(reader.file.name): an image has a dimension of \(number) "
            + "elements; the file is damaged")
      }
      let calibration = index < calibrations.count ? calibrations[index] : GatanTagGroup()
      dimensions.append(
        Dimension(
          count: count, stride: stride, origin: calibration["Origin"]?.number ?? 0,
          scale: calibration["Scale"]?.number ?? 1,
          unit: try reader.text(of: calibration["Units"]) ?? ""))
      let (product, isTooLarge) = stride.multipliedReportingOverflow(by: count)
      guard !isTooLarge else {
        throw DataError(
          "\(reader.file.name): an image has more elements than any file; the file is damaged")
      }
      stride = product
    }
    self.dimensions = dimensions
    energyIndex = Self.energyIndex(
      dimensions, format: try reader.text(of: tags["Meta Data", "Format"]) ?? "",
      signal: try reader.text(of: tags["Meta Data", "Signal"]) ?? "")
  }

  /// Whether the channels are in a unit of energy, so that nothing is guessed.
  var hasEnergies: Bool {
    energyIndex.map { dimensions[$0].energyUnit != nil } ?? false
  }

  /// The dimension in a unit of energy; where none is, what the tags say of a spectrum.
  private static func energyIndex(
    _ dimensions: [Dimension], format: String, signal: String
  ) -> Int? {
    if let index = dimensions.lastIndex(where: { $0.energyUnit != nil && $0.count > 1 }) {
      return index
    }
    let long = dimensions.indices.filter { dimensions[$0].count > 1 }
    if long.count == 1 { return long[0] }
    switch (format, dimensions.count) {
    case ("Spectrum image", 3...): return dimensions.count - 1
    case ("Spectrum image", 2), ("Spectrum", _): return 0
    default: return nil
    }
  }

  /// The shape and the units, for errors.
  var shapeText: String {
    dimensions.map { "\($0.count)" + ($0.unit.isEmpty ? "" : " (\($0.unit))") }
      .joined(separator: " x ")
  }
}
