/// A JSON text in which short texts stand for the long ones.
///
/// Most of a model file is base64, which json-c would take byte by byte, and copy. It is decoded from
/// where it stands in the file; json-c sees a text that says where that is.
struct ShortenedText: ~Copyable {
  // The first character is a zero, with which no text of a file begins: JSONScanner refuses it.
  // Then come the start and the length in hexadecimal digits, which hold ModelLimits.fileBytes.
  private static let zero: StaticString = "\\u0000"
  private static let digitCount = 7
  private static let standInBytes = zero.utf8CodeUnitCount + 2 * digitCount

  let bytes: Storage<UInt8>

  /// - Throws: `.memory` where the allocation is refused.
  init(_ text: Span<UInt8>, _ scan: JSONScanner) throws(SpectraError) {
    var bytes = try Storage<UInt8>(repeating: 0, count: Self.byteCount(scan))
    var target = bytes.mutableSpan
    var (from, to) = (0, 0)
    for index in 0..<scan.longTexts.count {
      let long = scan.longTexts[index]
      Self.copy(text, from..<long.lowerBound, into: &target, at: &to)
      Self.writeStandIn(for: long, into: &target, at: &to)
      from = long.upperBound
    }
    Self.copy(text, from..<scan.byteCount, into: &target, at: &to)
    self.bytes = bytes
  }

  /// Bytes of the text when it is shortened.
  static func byteCount(_ scan: JSONScanner) -> Int {
    scan.byteCount - scan.longTexts.byteCount + scan.longTexts.count * standInBytes
  }

  /// The place of the text that `text`, as json-c has read it, stands for; nil where it is a text of
  /// its own.
  static func place(_ text: Span<UInt8>) -> Range<Int>? {
    guard text.count == 1 + 2 * digitCount, text[0] == 0 else { return nil }
    let start = number(text, at: 1)
    return start..<start + number(text, at: 1 + digitCount)
  }

  private static func copy(
    _ text: Span<UInt8>, _ range: Range<Int>, into target: inout MutableSpan<UInt8>,
    at place: inout Int
  ) {
    for index in range {
      target[place] = text[index]
      place += 1
    }
  }

  private static func writeStandIn(
    for range: Range<Int>, into target: inout MutableSpan<UInt8>, at place: inout Int
  ) {
    for index in 0..<zero.utf8CodeUnitCount {
      target[place] = unsafe zero.utf8Start[index]
      place += 1
    }
    write(range.lowerBound, into: &target, at: &place)
    write(range.count, into: &target, at: &place)
  }

  private static func write(
    _ number: Int, into target: inout MutableSpan<UInt8>, at place: inout Int
  ) {
    for digit in 1...digitCount {
      let nibble = UInt8(truncatingIfNeeded: number >> (4 * (digitCount - digit))) & 15
      target[place] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
      place += 1
    }
  }

  private static func number(_ text: Span<UInt8>, at start: Int) -> Int {
    var number = 0
    for index in start..<start + digitCount {
      let digit = text[index]
      let letter = digit >= UInt8(ascii: "a")
      number = number << 4 | Int(digit - (letter ? UInt8(ascii: "a") - 10 : UInt8(ascii: "0")))
    }
    return number
  }
}
