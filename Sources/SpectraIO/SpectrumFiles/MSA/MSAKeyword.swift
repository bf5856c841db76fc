/// A line "#KEY-unit : value" of an EMSA/MAS file.
struct MSAKeyword {
  /// In capitals, without the unit.
  let name: String
  /// As it stands in the file, without the sign before it.
  let spelling: String
  /// The unit that the key names, in small letters; empty where it names none.
  let unit: String
  /// The value without white space around it.
  let value: String

  /// A line that begins with the sign #.
  init(_ line: TextLine) {
    let text = TextLine.trimmed(line.bytes.drop { $0 == UInt8(ascii: "#") })
    let colon = text.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
    let key = TextLine.trimmed(text[..<colon])
    spelling = TextLine.text(key)
    value = TextLine.text(TextLine.trimmed(text[colon...].dropFirst()))
    let parts = key.split(separator: UInt8(ascii: "-"), maxSplits: 1).map {
      TextLine.text(TextLine.trimmed($0))
    }
    name = (parts.first ?? "").uppercased()
    unit = parts.count > 1 ? parts[1].lowercased() : ""
  }

  /// The value as a number. Some programs write a blank before the exponent, some a second number.
  var number: Double? {
    let joined = value.filter { !$0.isWhitespace }
    let first = value.split(whereSeparator: { $0.isWhitespace || $0 == "," }).first ?? ""
    let number = Double(joined) ?? Double(first)
    return number.flatMap { $0.isFinite ? $0 : nil }
  }
}
