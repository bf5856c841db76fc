import Foundation

/// Reads XAS Data Interchange files (Ravel, Hester, Solé and Newville, XDI specification 1.0).
struct XDIReader {
  /// Columns that are a spectrum, the better one first.
  private static let spectra = [
    "normtrans", "normfluor", "mutrans", "mufluor", "xmu", "mu", "norm", "normrefer", "murefer",
  ]

  private let name: String
  private var metadata = SpectrumMetadata()
  private var warnings: [String] = []
  /// "energy eV" of a field "Column.1: energy eV".
  private var columns: [Int: String] = [:]
  private var labels: [String] = []
  /// Row after row.
  private var numbers: [Double] = []
  private var columnCount = 0
  private var isInComments = false

  static func canRead(_ lines: TextLines) -> Bool {
    lines.first { !$0.isBlank }.map { words(of: $0).uppercased().hasPrefix("XDI/") } ?? false
  }

  static func contents(of lines: TextLines) throws(DataError) -> SpectrumContents {
    var reader = XDIReader(name: lines.name)
    for line in lines where !line.isBlank {
      if line.bytes.first == UInt8(ascii: "#") {
        if reader.numbers.isEmpty { reader.add(words(of: line)) }
      } else {
        try reader.readRow(line)
      }
    }
    return try reader.contents()
  }

  private init(name: String) { self.name = name }

  /// A line of the header without the sign before it.
  private static func words(of line: TextLine) -> String {
    TextLine.text(TextLine.trimmed(line.bytes.drop { $0 == UInt8(ascii: "#") }))
  }

  private mutating func add(_ text: String) {
    if text.isEmpty { return }
    if text.hasPrefix("///") {
      isInComments = true
    } else if text.hasPrefix("---") {
      isInComments = false
    } else if text.uppercased().hasPrefix("XDI/") {
      metadata.add("version", text)
    } else if isInComments {
      metadata.add("comment", text)
    } else if let colon = text.firstIndex(of: ":"), text[..<colon].contains(".") {
      let value = text[text.index(after: colon)...].drop(while: \.isWhitespace)
      addField(String(text[..<colon]), String(value))
    } else {
      // The line of labels is the last one before the numbers.
      labels = text.split(whereSeparator: \.isWhitespace).map { $0.lowercased() }
    }
  }

  private mutating func addField(_ key: String, _ value: String) {
    let lower = key.lowercased()
    if lower.hasPrefix("column."), let number = Int(lower.dropFirst(7)), number > 0 {
      columns[number - 1] = value
    }
    switch lower {
    case "sample.name": metadata.title = value
    case "detector.name": metadata.detector = value
    case "scan.start_time":
      let parts = value.split(maxSplits: 1) { $0 == "T" || $0 == " " }.map(String.init)
      metadata.date = MeasurementDate.day(parts.first ?? "") ?? value
      if parts.count == 2 { metadata.time = MeasurementDate.time(parts[1]) ?? parts[1] }
    default: metadata.add(key, value)
    }
  }

  private mutating func readRow(_ line: TextLine) throws(DataError) {
    let cells = line.bytes.split(whereSeparator: TextLine.isSpace)
    if columnCount == 0 { columnCount = cells.count }
    guard cells.count == columnCount else {
      throw DataError(
        "\(name), line \(line.number): has \(cells.count) columns where the rows before have "
          + "\(columnCount); correct it")
    }
    for cell in cells {
      let isDecimal = cell.count < 400 && cell.allSatisfy("0123456789+-.eE".utf8.contains)
      guard isDecimal, let number = Double(TextLine.text(cell)), number.isFinite else {
        throw DataError(
          "\(name), line \(line.number): \"\(TextLine.text(cell.prefix(40)))\" is no finite "
            + "number; correct it or put a # before the line")
      }
      numbers.append(number)
    }
  }

  private func values(_ column: Int) -> [Double] {
    stride(from: column, to: numbers.count, by: columnCount).map { numbers[$0] }
  }

  /// The name of a column, without its unit.
  private func title(_ column: Int) -> String {
    if let words = columns[column]?.split(whereSeparator: \.isWhitespace).first {
      return words.lowercased()
    }
    return column < labels.count ? labels[column] : ""
  }

  private mutating func contents() throws(DataError) -> SpectrumContents {
    guard columnCount > 1 else {
      throw DataError(
        "\(name): there are no rows of two numbers or more; the file is damaged or truncated")
    }
    let titles = (0..<columnCount).map(title)
    let energy = titles.firstIndex(of: "energy")
    let axis = try axis(energy ?? 0, titles)
    let (spectra, names) = intensities(titles, energy ?? 0)
    if spectra.count > 1 { metadata.navigationAxes = [NavigationAxis(name: "column")] }
    warnings.append("the intensities are " + names.joined(separator: ", "))
    for spectrum in spectra {
      guard let row = spectrum.firstIndex(where: { !$0.isFinite }) else { continue }
      throw DataError(
        "\(name), point \(row + 1): the intensity is not finite; correct the numbers of the point")
    }
    return SpectrumContents(
      format: .xdi, axis: axis,
      intensities: try StoredIntensities(
        spectra.flatMap { $0 }, channelCount: numbers.count / columnCount,
        navigationShape: spectra.count > 1 ? [spectra.count] : [], name: name),
      metadata: metadata, warnings: warnings)
  }

  private func axis(_ column: Int, _ titles: [String]) throws(DataError) -> SignalAxis {
    let words = (columns[column] ?? "").split(whereSeparator: \.isWhitespace)
    let spelling = words.count > 1 ? String(words[1]) : "eV"
    guard titles[column] == "energy" || titles[column].isEmpty else {
      return .missing("there is no column \"energy\", and the first one is \"\(titles[column])\"")
    }
    guard let unit = EnergyUnit(spelling) else {
      return .missing("the column \"energy\" is in \"\(spelling)\", no unit of energy")
    }
    return .measured(values(column), unit: unit)
  }

  /// The column of a spectrum; or the spectrum made of the intensities before and behind the
  /// sample; or all columns.
  private func intensities(_ titles: [String], _ energy: Int) -> ([[Float]], [String]) {
    for title in Self.spectra {
      guard let column = titles.firstIndex(of: title) else { continue }
      return ([values(column).map { Float($0) }], ["column \(column + 1), \(title)"])
    }
    if let incoming = titles.firstIndex(of: "i0") {
      if let behind = titles.firstIndex(of: "itrans") {
        let spectrum = zip(values(incoming), values(behind)).map { Float(log($0 / $1)) }
        return ([spectrum], ["ln(i0 / itrans)"])
      }
      for title in ["ifluor", "ifl", "if"] {
        guard let column = titles.firstIndex(of: title) else { continue }
        let spectrum = zip(values(column), values(incoming)).map { Float($0 / $1) }
        return ([spectrum], ["\(title) / i0"])
      }
    }
    let all = (0..<titles.count).filter { $0 != energy }
    return (
      all.map { values($0).map { Float($0) } },
      all.map { titles[$0].isEmpty ? "column \($0 + 1)" : "column \($0 + 1), \(titles[$0])" }
    )
  }
}
