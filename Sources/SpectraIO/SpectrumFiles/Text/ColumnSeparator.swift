/// How the cells of a line of numbers are told apart.
struct ColumnSeparator {
  enum Kind { case semicolon, tab, comma, blanks }

  let kind: Kind
  /// Whether numbers have a comma where others have a point.
  let hasDecimalComma: Bool

  private static let (comma, semicolon, tab, point) = (
    UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: ".")
  )

  /// Finds the separator of lines of numbers.
  ///
  /// A semicolon separates wherever there is one, then a tab. A comma beside another separator is a
  /// decimal comma where each stands between two digits and no point is in the lines; otherwise it
  /// separates too.
  init(of lines: [TextLine]) {
    func all(_ test: (ArraySlice<UInt8>) -> Bool) -> Bool { lines.allSatisfy { test($0.bytes) } }
    let hasComma = lines.contains { $0.bytes.contains(Self.comma) }
    let isInNumbers = all(Self.hasCommasInNumbersAlone)
    // Where blanks and tabs are mixed, both are white space.
    let hasTabs = all { $0.contains(Self.tab) } && !lines.isEmpty
    let hasBlanks = all { line in line.contains(where: TextLine.isSpace) }
    if lines.contains(where: { $0.bytes.contains(Self.semicolon) }) {
      (kind, hasDecimalComma) = (.semicolon, hasComma && isInNumbers)
    } else if !hasComma {
      (kind, hasDecimalComma) = (hasTabs ? .tab : .blanks, false)
    } else if isInNumbers && hasBlanks {
      (kind, hasDecimalComma) = (hasTabs ? .tab : .blanks, true)
    } else {
      (kind, hasDecimalComma) = (.comma, false)
    }
  }

  private static func hasCommasInNumbersAlone(_ line: ArraySlice<UInt8>) -> Bool {
    func isDigit(_ index: Int) -> Bool {
      line.indices.contains(index) && (0x30...0x39).contains(line[index])
    }
    var previousComma: Int?
    for index in line.indices {
      switch line[index] {
      case point: return false
      case comma:
        guard isDigit(index - 1), isDigit(index + 1) else { return false }
        if let previous = previousComma,
          line[previous..<index].allSatisfy({ $0 == comma || (0x30...0x39).contains($0) })
        {
          return false
        }
        previousComma = index
      default: break
      }
    }
    return true
  }

  /// The cells of a line, without white space and quotation marks around them; empty ones at its
  /// end are left out.
  func cells(of line: TextLine) -> [ArraySlice<UInt8>] {
    var cells: [ArraySlice<UInt8>]
    switch kind {
    case .blanks: return line.bytes.split(whereSeparator: TextLine.isSpace).map(Self.unquoted)
    case .tab: cells = line.bytes.split(separator: Self.tab, omittingEmptySubsequences: false)
    case .comma: cells = line.bytes.split(separator: Self.comma, omittingEmptySubsequences: false)
    case .semicolon:
      cells = line.bytes.split(separator: Self.semicolon, omittingEmptySubsequences: false)
    }
    cells = cells.map { Self.unquoted(TextLine.trimmed($0)) }
    while cells.last?.isEmpty == true { cells.removeLast() }
    return cells
  }

  private static func unquoted(_ cell: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let mark = UInt8(ascii: "\"")
    guard cell.count >= 2, cell.first == mark, cell.last == mark else { return cell }
    return TextLine.trimmed(cell.dropFirst().dropLast())
  }

  /// The characters of the number in a cell, with a decimal point; nil where it is no decimal
  /// number.
  func number(_ cell: ArraySlice<UInt8>) -> String? {
    // Swift reads more: hexadecimal numbers and words for infinity.
    let characters = "0123456789+-.eEdD"
    guard !cell.isEmpty, cell.count < 400 else { return nil }
    var text = ""
    for byte in cell {
      let byte = hasDecimalComma && byte == Self.comma ? Self.point : byte
      let scalar = Unicode.Scalar(byte)
      guard characters.unicodeScalars.contains(scalar) else { return nil }
      // Fortran writes the exponent of double precision with a D.
      text.unicodeScalars.append(scalar == "d" || scalar == "D" ? "e" : scalar)
    }
    return text
  }
}
