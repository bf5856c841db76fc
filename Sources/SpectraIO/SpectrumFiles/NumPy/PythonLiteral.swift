/// A value as Python writes it, as far as the headers of NumPy's files have them.
enum PythonLiteral: Equatable {
  case text(String)
  case boolean(Bool)
  case integer(Int)
  indirect case tuple([PythonLiteral])
  indirect case list([PythonLiteral])
  indirect case dictionary([String: PythonLiteral])

  /// Reads the value that the bytes are; nil where they are none of these.
  init?(_ bytes: [UInt8]) {
    var parser = Parser(bytes: bytes)
    guard let value = parser.value(depth: 0), parser.isAtEnd() else { return nil }
    self = value
  }

  private struct Parser {
    private static let depthLimit = 8
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func peek() -> UInt8? {
      while position < bytes.count, TextLine.isSpace(bytes[position]) { position += 1 }
      return position < bytes.count ? bytes[position] : nil
    }

    mutating func isAtEnd() -> Bool { peek() == nil }

    private mutating func take(_ character: Character) -> Bool {
      guard let byte = peek(), byte == character.asciiValue else { return false }
      position += 1
      return true
    }

    private mutating func take(word: String) -> Bool {
      guard peek() != nil, bytes[position...].starts(with: word.utf8) else { return false }
      position += word.utf8.count
      return true
    }

    mutating func value(depth: Int) -> PythonLiteral? {
      guard depth < Self.depthLimit, let byte = peek() else { return nil }
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""): return text().map { .text($0) }
      case UInt8(ascii: "("): return items("(", ")", depth).map { .tuple($0) }
      case UInt8(ascii: "["): return items("[", "]", depth).map { .list($0) }
      case UInt8(ascii: "{"): return dictionary(depth)
      case UInt8(ascii: "T"): return take(word: "True") ? .boolean(true) : nil
      case UInt8(ascii: "F"): return take(word: "False") ? .boolean(false) : nil
      default: return integer()
      }
    }

    private mutating func text() -> String? {
      let mark = bytes[position]
      position += 1
      let start = position
      while position < bytes.count, bytes[position] != mark {
        if bytes[position] == UInt8(ascii: "\\") { return nil }
        position += 1
      }
      guard position < bytes.count else { return nil }
      defer { position += 1 }
      return TextLine.text(bytes[start..<position])
    }

    private mutating func integer() -> PythonLiteral? {
      let start = position
      while position < bytes.count, "+-0123456789".utf8.contains(bytes[position]) { position += 1 }
      let number = Int(TextLine.text(bytes[start..<position]))
      // Python 2 wrote long numbers with an L.
      _ = position < bytes.count && bytes[position] == UInt8(ascii: "L") && take("L")
      return number.map { .integer($0) }
    }

    private mutating func items(
      _ opening: Character, _ closing: Character, _ depth: Int
    ) -> [PythonLiteral]? {
      guard take(opening) else { return nil }
      var items: [PythonLiteral] = []
      while !take(closing) {
        guard let item = value(depth: depth + 1) else { return nil }
        items.append(item)
        if take(",") { continue }
        return take(closing) ? items : nil
      }
      return items
    }

    private mutating func dictionary(_ depth: Int) -> PythonLiteral? {
      guard take("{") else { return nil }
      var entries: [String: PythonLiteral] = [:]
      while !take("}") {
        guard case .text(let key) = value(depth: depth + 1), take(":"),
          let item = value(depth: depth + 1)
        else { return nil }
        entries[key] = item
        if take(",") { continue }
        return take("}") ? .dictionary(entries) : nil
      }
      return .dictionary(entries)
    }
  }
}
