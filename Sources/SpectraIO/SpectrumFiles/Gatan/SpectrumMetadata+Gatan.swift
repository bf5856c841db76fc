extension SpectrumMetadata {
  /// Files of some detectors have tens of thousands of tags.
  private static let entryLimit = 5000

  /// What the tags of an image say.
  init(_ image: GatanImage, _ reader: GatanTagReader) throws(DataError) {
    self.init()
    title = image.title.isEmpty ? nil : image.title
    signalUnit = image.brightnessUnit.isEmpty ? nil : image.brightnessUnit
    // A stack that was built of several images has the tags of the first one.
    let tags = image.tags["source", "Tags at creation"]?.group ?? image.tags
    let acquisition = tags["EELS", "Acquisition"]?.group ?? GatanTagGroup()
    try takeDate(tags, reader)
    owner = try reader.text(of: tags["Session Info", "Operator"]).flatMap { $0.isEmpty ? nil : $0 }
    for path in [["EELS Spectrometer", "Instrument name"], ["Acquisition", "Device", "Name"]] {
      let group = path.dropLast().reduce(Optional(tags)) { $0?[$1]?.group }
      guard detector == nil, let text = try reader.text(of: group?[path[path.count - 1]]),
        !text.isEmpty
      else { continue }
      detector = text
    }
    beamEnergy = Self.positive(tags["Microscope Info", "Voltage"]).map { $0 / 1e3 }
    let name = "semi-angle (mrad)"
    let eels = tags["EELS"]?.group ?? GatanTagGroup()
    convergenceAngle = Self.positive(
      eels["Experimental Conditions", "Convergence \(name)"] ?? eels["Convergence \(name)"])
    collectionAngle = Self.positive(
      eels["Experimental Conditions", "Collection \(name)"] ?? eels["Collection \(name)"])
    // A spectrum image has the exposure of a frame and the number of frames.
    exposure =
      Self.positive(acquisition["Integration time (s)"])
      ?? Self.positive(acquisition["Exposure (s)"]).map {
        $0 * (Self.positive(acquisition["Number of frames"]) ?? 1)
      }
    try flatten(image.tags, "", reader)
  }

  private static func positive(_ tag: GatanTag?) -> Double? {
    tag?.number.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
  }

  private mutating func takeDate(
    _ tags: GatanTagGroup, _ reader: GatanTagReader
  ) throws(DataError) {
    let places = [
      (tags["EELS", "Acquisition", "Date"], tags["EELS", "Acquisition", "Start time"]),
      (tags["SI", "Acquisition", "Date"], tags["SI", "Acquisition", "Start time"]),
      (tags["DataBar", "Acquisition Date"], tags["DataBar", "Acquisition Time"]),
    ]
    for (day, hour) in places {
      if date == nil, let text = try reader.text(of: day), !text.isEmpty {
        date = MeasurementDate.day(text) ?? text
      }
      if time == nil, let text = try reader.text(of: hour), !text.isEmpty {
        time = MeasurementDate.time(text) ?? text
      }
    }
  }

  /// Adds all tags of a group as they stand, but no long arrays.
  private mutating func flatten(
    _ group: GatanTagGroup, _ prefix: String, _ reader: GatanTagReader
  ) throws(DataError) {
    for (index, entry) in group.entries.enumerated() where other.count < Self.entryLimit {
      let key = prefix + (entry.name.isEmpty ? "\(index)" : entry.name)
      switch entry.tag {
      case .group(let group): try flatten(group, key + ".", reader)
      case .number(let number): add(key, Self.words(number))
      case .structure(let numbers):
        if numbers.count <= 16 { add(key, numbers.map(Self.words).joined(separator: " ")) }
      case .text, .array:
        if let text = try reader.text(of: entry.tag), text.utf16.count <= 4096 { add(key, text) }
      case .other: break
      }
    }
  }

  /// A whole number without decimals.
  private static func words(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }
}
