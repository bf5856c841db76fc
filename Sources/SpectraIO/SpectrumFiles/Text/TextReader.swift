/// Reads columns of numbers: energies and one or more spectra.
struct TextReader {
  /// Lines of words that may stand before the numbers without a sign of comment.
  private static let headerLimit = 3
  private static let commentSigns: [UInt8] = [
    UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: ";"), UInt8(ascii: "!"),
  ]

  private let name: String
  private let separator: ColumnSeparator
  private var metadata = SpectrumMetadata()
  private var warnings: [String] = []
  private var header: [TextLine] = []
  private var lastComment: TextLine?
  /// Row after row.
  private var energies: [Double] = []
  private var intensities: [Float] = []
  private var columnCount = 0
  private var energyColumn = 0

  static func contents(of lines: TextLines) throws(DataError) -> SpectrumContents {
    var reader = TextReader(lines)
    try reader.read(lines)
    return try reader.contents()
  }

  private init(_ lines: TextLines) {
    name = lines.name
    // A look at the first rows; which lines are rows is not known before the separator is.
    var (numbers, beginnings): ([TextLine], [TextLine]) = ([], [])
    for line in lines where !line.isBlank && !Self.isComment(line) {
      if Self.isNumeric(line) { numbers.append(line) }
      if beginnings.count < 100 && Self.beginsWithNumber(line) { beginnings.append(line) }
      if numbers.count == 100 { break }
    }
    let sample = numbers.isEmpty ? beginnings : numbers
    separator = ColumnSeparator(of: sample)
  }

  private static func isComment(_ line: TextLine) -> Bool {
    line.bytes.first.map(commentSigns.contains) ?? false
  }

  /// Whether all letters of a line are those of exponents.
  private static func isNumeric(_ line: TextLine) -> Bool {
    line.bytes.contains { (0x30...0x39).contains($0) }
      && line.bytes.allSatisfy { byte in
        byte < 0x41 || "eEdD".utf8.contains(byte)
      }
  }

  private static func beginsWithNumber(_ line: TextLine) -> Bool {
    line.bytes.first.map("0123456789+-.\"".utf8.contains) ?? false
  }

  private mutating func read(_ lines: TextLines) throws(DataError) {
    for line in lines where !line.isBlank {
      if Self.isComment(line) {
        add(comment: line)
        continue
      }
      let cells = separator.cells(of: line)
      if cells.isEmpty { continue }
      if columnCount == 0 {
        if try readHeader(line, cells) { continue }
        columnCount = cells.count
        findEnergyColumn()
      }
      try readRow(line, cells)
    }
  }

  /// Whether the line is one of words before the numbers.
  private mutating func readHeader(
    _ line: TextLine, _ cells: [ArraySlice<UInt8>]
  ) throws(DataError) -> Bool {
    if separator.number(cells[0]).flatMap(Double.init) != nil { return false }
    guard header.count < Self.headerLimit, !cells[0].isEmpty else {
      throw DataError(
        "\(name), line \(line.number): there are not two numbers, energy in eV and intensity; put "
          + "a # before lines of words")
    }
    header.append(line)
    return true
  }

  private mutating func readRow(
    _ line: TextLine, _ cells: [ArraySlice<UInt8>]
  ) throws(DataError) {
    guard cells.count == columnCount else {
      throw DataError(
        "\(name), line \(line.number): has \(cells.count) columns where the rows before have "
          + "\(columnCount); numbers have a decimal point and no thousands separator")
    }
    for (column, cell) in cells.enumerated() where column >= energyColumn {
      if column == energyColumn {
        guard let number = separator.number(cell).flatMap(Double.init), number.isFinite else {
          throw refusal(line, column, cell)
        }
        energies.append(number)
      } else {
        guard let number = separator.number(cell).flatMap(Float.init), number.isFinite else {
          throw refusal(line, column, cell)
        }
        intensities.append(number)
      }
    }
  }

  private func refusal(_ line: TextLine, _ column: Int, _ cell: ArraySlice<UInt8>) -> DataError {
    DataError(
      "\(name), line \(line.number), column \(column + 1): \"\(TextLine.text(cell.prefix(40)))\" "
        + "is no finite number; correct it or take the line out")
  }

  /// Comments with a colon or an equals sign are keys with values.
  private mutating func add(comment line: TextLine) {
    let bytes = line.bytes.drop { Self.commentSigns.contains($0) }
    let text = TextLine(number: line.number, bytes: bytes)
    if text.isBlank { return }
    if columnCount == 0 { lastComment = text }
    let cut = text.bytes.firstIndex { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") }
    if let cut, cut > text.bytes.startIndex {
      metadata.add(
        TextLine.text(TextLine.trimmed(text.bytes[..<cut])),
        TextLine.text(TextLine.trimmed(text.bytes[(cut + 1)...])))
    } else {
      metadata.add("comment", text.text)
    }
  }

  /// The names of the columns: of the last line before the numbers with as many cells, be it a
  /// comment; and the units, where a line below has them.
  private func columns() -> [ColumnHeading] {
    let lines = (header.isEmpty ? lastComment.map { [$0] } ?? [] : header)
    var headings: [ColumnHeading] = []
    for line in lines {
      let kinds = [separator.cells(of: line)] + (header.isEmpty ? [Self.words(line)] : [])
      guard let cells = kinds.first(where: { $0.count == columnCount }) else { continue }
      let words = cells.map(TextLine.text)
      if !headings.isEmpty && EnergyUnit(words[energyColumn(headings)]) != nil {
        for index in headings.indices { headings[index].unit = words[index] }
      } else {
        headings = words.map(ColumnHeading.init)
      }
    }
    if header.isEmpty && !headings.contains(where: \.isEnergy) { return [] }
    return headings
  }

  private static func words(_ line: TextLine) -> [ArraySlice<UInt8>] {
    line.bytes.split(whereSeparator: TextLine.isSpace)
  }

  private func energyColumn(_ headings: [ColumnHeading]) -> Int {
    headings.firstIndex(where: \.isEnergy) ?? 0
  }

  private mutating func findEnergyColumn() {
    let column = energyColumn(columns())
    // The last column can hardly be the axis of those before it.
    energyColumn = column < columnCount - 1 ? column : 0
    if energyColumn > 0 {
      warnings.append(
        "column \(energyColumn + 1) has the energies; the columns before it are left out")
    }
  }

  private mutating func contents() throws(DataError) -> SpectrumContents {
    guard columnCount > 0 else {
      throw DataError("\(name): there is no row of two numbers, energy in eV and intensity")
    }
    let headings = columns()
    if header.count > 0 && headings.isEmpty {
      metadata.title = header.map(\.text).joined(separator: " ")
    }
    let spectra = columnCount - energyColumn - 1
    guard spectra > 0 else {
      return SpectrumContents(
        format: .text,
        axis: .missing("there is one column of numbers, and energies are missing"),
        intensities: try StoredIntensities(energies, name: name), metadata: metadata,
        warnings: warnings)
    }
    var values: [Float] = []
    values.reserveCapacity(intensities.count)
    for spectrum in 0..<spectra {
      for row in energies.indices { values.append(intensities[row * spectra + spectrum]) }
    }
    for (index, heading) in headings.enumerated() {
      metadata.add("column \(index + 1)", heading.text)
    }
    if spectra > 1 { metadata.navigationAxes = [NavigationAxis(name: "column")] }
    if headings.count > energyColumn + 1 { metadata.signalUnit = headings[energyColumn + 1].unit }
    return SpectrumContents(
      format: .text, axis: axis(headings),
      intensities: try StoredIntensities(
        values, channelCount: energies.count, navigationShape: spectra > 1 ? [spectra] : [],
        name: name),
      metadata: metadata, warnings: warnings)
  }

  private func axis(_ headings: [ColumnHeading]) -> SignalAxis {
    guard headings.count > energyColumn else { return .measured(energies, unit: .electronvolt) }
    let heading = headings[energyColumn]
    if let unit = heading.energyUnit { return .measured(energies, unit: unit) }
    if heading.isOtherQuantity {
      return .missing("the first column, \"\(heading.text)\", holds no energies")
    }
    return .measured(energies, unit: .electronvolt)
  }
}
