/// Reads spectra of the EMSA/MAS format (Egerton, Fiori, Hunt, Isaacson, Kirkland and Zaluzec 1991;
/// ISO 22029).
struct MSAReader {
  private let name: String
  private var keywords: [String: MSAKeyword] = [:]
  private var metadata = SpectrumMetadata()
  private var warnings: [String] = []
  private var hasPairs = false
  private var hasEnd = false
  private var energies: [Double] = []
  private var intensities: [Float] = []

  /// Whether the lines are those of such a file.
  static func canRead(_ lines: TextLines) -> Bool {
    for (index, line) in lines.enumerated() where !line.isBlank {
      guard line.bytes.first == UInt8(ascii: "#"), index < 100 else { return false }
      let keyword = MSAKeyword(line)
      if keyword.name == "FORMAT" { return keyword.value.uppercased().contains("EMSA") }
      // Keys in another order than the standard's.
      if ["SPECTRUM", "XPERCHAN", "NPOINTS", "DATATYPE"].contains(keyword.name) { return true }
    }
    return false
  }

  static func contents(of lines: TextLines) throws(DataError) -> SpectrumContents {
    var reader = MSAReader(name: lines.name)
    try reader.read(lines)
    return try reader.contents()
  }

  private init(name: String) { self.name = name }

  private mutating func read(_ lines: TextLines) throws(DataError) {
    var isInData = false
    for line in lines where !line.isBlank {
      guard line.bytes.first == UInt8(ascii: "#") else {
        guard isInData else {
          throw DataError(
            "\(name), line \(line.number): has no # before it and stands before #SPECTRUM; put "
              + "#SPECTRUM before the numbers")
        }
        try readRow(line)
        continue
      }
      let keyword = MSAKeyword(line)
      if keyword.name == "ENDOFDATA" {
        hasEnd = true
        break
      }
      if isInData { continue }
      if keyword.name == "SPECTRUM" {
        isInData = true
        try readDataType()
      } else {
        try add(keyword, line)
      }
    }
    guard isInData else {
      throw DataError(
        "\(name): there is no #SPECTRUM before the numbers; the file is damaged or truncated")
    }
  }

  private mutating func readDataType() throws(DataError) {
    switch keywords["DATATYPE"]?.value.uppercased() {
    case "Y": hasPairs = false
    case "XY": hasPairs = true
    case nil:
      hasPairs = false
      warnings.append("DATATYPE is missing; the numbers are taken as intensities alone (Y)")
    case .some(let type):
      throw DataError("\(name): DATATYPE is \"\(type)\" and must be Y or XY; correct it")
    }
  }

  private mutating func readRow(_ line: TextLine) throws(DataError) {
    let cells = line.bytes.split { $0 == UInt8(ascii: ",") || TextLine.isSpace($0) }
    guard !hasPairs || cells.count.isMultiple(of: 2) else {
      throw DataError(
        "\(name), line \(line.number): has \(cells.count) numbers where DATATYPE XY needs pairs; "
          + "correct the line")
    }
    for (index, cell) in cells.enumerated() {
      let text = TextLine.text(cell)
      let isDecimal = cell.count < 400 && cell.allSatisfy("0123456789+-.eE".utf8.contains)
      if hasPairs && index.isMultiple(of: 2) {
        guard isDecimal, let energy = Double(text), energy.isFinite else {
          throw refusal(line, text)
        }
        energies.append(energy)
      } else {
        guard isDecimal, let intensity = Float(text), intensity.isFinite else {
          throw refusal(line, text)
        }
        intensities.append(intensity)
      }
    }
  }

  private func refusal(_ line: TextLine, _ text: String) -> DataError {
    DataError(
      "\(name), line \(line.number): \"\(text.prefix(40))\" is no finite number; correct it")
  }

  private func number(_ key: String) -> Double? { keywords[key]?.number }

  private mutating func add(_ keyword: MSAKeyword, _ line: TextLine) throws(DataError) {
    let (value, previous) = (keyword.value, keywords[keyword.name])
    if keyword.name.isEmpty || (value.isEmpty && previous == nil) { return }
    if previous == nil { keywords[keyword.name] = keyword }
    switch keyword.name {
    case "FORMAT", "VERSION", "NPOINTS", "NCOLUMNS", "DATATYPE", "XUNITS", "XPERCHAN", "OFFSET",
      "CHOFFSET":
      if previous != nil {
        warnings.append("line \(line.number): \(keyword.name) is there again; the first one holds")
      } else if ["NPOINTS", "NCOLUMNS", "XPERCHAN", "OFFSET", "CHOFFSET"].contains(keyword.name) {
        guard keyword.number != nil else {
          throw DataError(
            "\(name), line \(line.number): \(keyword.name) is \"\(value.prefix(40))\", no number; "
              + "correct it")
        }
      }
    // These two may have many lines.
    case "TITLE": metadata.title = (metadata.title.map { $0 + " " } ?? "") + value
    case "COMMENT": metadata.add(keyword.spelling, value)
    case "DATE": metadata.date = MeasurementDate.day(value) ?? value
    case "TIME": metadata.time = MeasurementDate.time(value) ?? value
    case "OWNER": metadata.owner = value
    case "YUNITS": metadata.signalUnit = value
    case "ELSDET": metadata.detector = value
    default: metadata.addQuantity(of: keyword)
    }
  }

  private mutating func contents() throws(DataError) -> SpectrumContents {
    guard !intensities.isEmpty else {
      throw DataError("\(name): there are no numbers behind #SPECTRUM; the file is truncated")
    }
    if let points = number("NPOINTS"), points != Double(intensities.count) {
      warnings.append(
        "NPOINTS is \(keywords["NPOINTS"]?.value ?? ""), and there are \(intensities.count) points"
          + (hasEnd ? "" : " and no ENDOFDATA: the file may be truncated"))
    } else if number("NPOINTS") == nil && !hasEnd {
      warnings.append("there is neither NPOINTS nor ENDOFDATA: the file may be truncated")
    }
    return SpectrumContents(
      format: .msa, axis: axis(),
      intensities: try StoredIntensities(
        intensities, channelCount: intensities.count, navigationShape: [], name: name),
      metadata: metadata, warnings: warnings)
  }

  private mutating func axis() -> SignalAxis {
    let spelling = keywords["XUNITS"]?.value ?? ""
    if spelling.isEmpty { warnings.append("XUNITS is missing; the axis is taken as one in eV") }
    // ISO 22029:2022 has "Energy Loss (eV)" in its example.
    let named = EnergyUnit(spelling) ?? ColumnHeading(spelling).energyUnit
    guard let unit = spelling.isEmpty ? .electronvolt : named else {
      return .missing("XUNITS is \"\(spelling.prefix(40))\", no unit of energy")
    }
    let linear = linearAxis(unit)
    guard hasPairs else {
      return linear ?? .missing("there is no XPERCHAN, or no OFFSET and no CHOFFSET")
    }
    let (rises, falls) = zip(energies, energies.dropFirst()).reduce((true, true)) {
      ($0.0 && $1.0 < $1.1, $0.1 && $1.0 > $1.1)
    }
    guard case .linear(let offset, let step, _) = linear else {
      return .measured(energies, unit: unit)
    }
    guard rises || falls else {
      warnings.append(
        "the energies of the points do not rise, for want of digits perhaps; those of OFFSET and "
          + "XPERCHAN are taken")
      return linear ?? .measured(energies, unit: unit)
    }
    let distance = energies.enumerated().map {
      (offset + Double($0.offset) * step - $0.element).magnitude
    }
    if let most = distance.max(), most > step.magnitude / 2 {
      warnings.append(
        "the energies of the points differ from OFFSET and XPERCHAN by up to \(most) "
          + "\(unit.rawValue); those of the points hold")
    }
    return .measured(energies, unit: unit)
  }

  /// From OFFSET, the energy of the first channel, or else from CHOFFSET, the channel, counted from
  /// zero, whose energy is zero.
  private mutating func linearAxis(_ unit: EnergyUnit) -> SignalAxis? {
    guard let step = number("XPERCHAN"), step != 0 else { return nil }
    let fromChannel = number("CHOFFSET").map { -$0 * step }
    guard let offset = number("OFFSET") else {
      return fromChannel.map { .linear(offset: $0, dispersion: step, unit: unit) }
    }
    if let fromChannel, (fromChannel - offset).magnitude > step.magnitude * 1.5 {
      warnings.append("OFFSET and CHOFFSET contradict each other; OFFSET holds")
    }
    return .linear(offset: offset, dispersion: step, unit: unit)
  }
}
