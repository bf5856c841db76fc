/// A line of a text file.
struct TextLine {
  /// Its number, from 1.
  let number: Int
  /// Its bytes without the white space around them.
  let bytes: ArraySlice<UInt8>

  init(number: Int, bytes: ArraySlice<UInt8>) {
    self.number = number
    self.bytes = Self.trimmed(bytes)
  }

  var isBlank: Bool { bytes.isEmpty }

  /// Its words: UTF-8, or Latin-1 where it is not that.
  var text: String { Self.text(bytes) }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return bytes
  }

  static func text(_ bytes: ArraySlice<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return text
  }
}
