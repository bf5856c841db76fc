internal import CKernels

/// Goes over a JSON text before json-c reads it, and refuses what json-c would let pass.
///
/// json-c takes numbers such as `1.`, control characters and wrong UTF-8 in strings, cuts names at
/// a zero byte, keeps the last of two members of one name, and needs up to 250 times the text's
/// size in memory for `[{},{},...]`. After this scan a text is one object of RFC 8259 in UTF-8, of
/// bounded depth and number of values; and if json-c then fails, memory was refused.
struct JSONScanner {
  /// Names of members in all objects: as many as json-c must have, unless one is there twice.
  private(set) var memberCount = 0
  /// The bytes of the root's member `card`, which is handed out as it stands.
  private(set) var card: Range<Int>?
  /// Bytes up to the end of the object.
  private(set) var byteCount = 0
  /// Values that json-c need not see.
  private(set) var longTexts = LongTexts()

  /// What may come next. (The payloads also keep Embedded Swift from making the type hashable, which
  /// would link random seeds in.)
  private enum Expected {
    case value(orEnd: Bool)
    case name(orEnd: Bool)
    case commaOrEnd
  }

  private var position = 0
  private var valueCount = 0
  private var containerCount = 0
  private var depth = 0
  // One bit a level, the innermost lowest: whether it is an object.
  private var objects: UInt64 = 0
  private var cardStart: Int?

  /// - Throws: `.modelFormat` where the text is no object at all; `.modelSyntax` with the byte
  ///   where it is not JSON, or where it is cut; `.modelContent` beyond the limits.
  /// - Complexity: O(bytes); allocates nothing.
  init(_ text: Span<UInt8>) throws(SpectraError) {
    skipSpace(text)
    guard position < text.count else {
      throw SpectraError(.modelSyntax, "the model is empty; copy it again")
    }
    guard text[position] == UInt8(ascii: "{") else { throw Self.noModel }
    var expected = Expected.value(orEnd: false)
    repeat {
      expected = try step(text, expected)
      skipSpace(text)
    } while depth > 0
    byteCount = position
  }

  /// Bytes that json-c allocates for such a text, shortened, at the most, freed ones included.
  ///
  /// A container begins with a table of 16 names or an array of 32 places, at most 800 bytes in
  /// all; tables and arrays double, which comes to at most 400 bytes a member and 40 an element; a
  /// scalar takes up to 128; names are copied twice, other texts once, and the buffer for the
  /// longest doubles as it grows.
  var parserByteCount: Int {
    16_384 + 1024 * containerCount + 512 * memberCount + 256 * valueCount
      + 8 * ShortenedText.byteCount(self)
  }

  static var noModel: SpectraError {
    SpectraError(
      .modelFormat, "this is not a spectra-infer model; give the path of a model file")
  }

  /// Reads one token and says what may follow it.
  private mutating func step(
    _ text: Span<UInt8>, _ expected: Expected
  ) throws(SpectraError) -> Expected {
    let byte = try peek(text)
    switch (expected, byte) {
    case (.commaOrEnd, UInt8(ascii: ",")):
      position += 1
      return isInObject ? .name(orEnd: false) : .value(orEnd: false)
    case (.commaOrEnd, UInt8(ascii: "}")) where isInObject,
      (.name(orEnd: true), UInt8(ascii: "}")):
      return close()
    case (.commaOrEnd, UInt8(ascii: "]")) where !isInObject,
      (.value(orEnd: true), UInt8(ascii: "]")):
      return close()
    case (.name, UInt8(ascii: "\"")):
      return try name(text)
    case (.value, _):
      return try value(text, byte)
    default:
      throw syntaxError
    }
  }

  private mutating func name(_ text: Span<UInt8>) throws(SpectraError) -> Expected {
    let start = position + 1
    _ = try string(text)
    let isCard = depth == 1 && Self.equals(text, start..<(position - 1), "card")
    memberCount += 1
    skipSpace(text)
    guard try peek(text) == UInt8(ascii: ":") else { throw syntaxError }
    position += 1
    skipSpace(text)
    if isCard { cardStart = position }
    return .value(orEnd: false)
  }

  private mutating func value(
    _ text: Span<UInt8>, _ byte: UInt8
  ) throws(SpectraError) -> Expected {
    valueCount += 1
    guard valueCount <= ModelLimits.values else { throw Self.tooMany }
    switch byte {
    case UInt8(ascii: "{"): return try open(isObject: true)
    case UInt8(ascii: "["): return try open(isObject: false)
    case UInt8(ascii: "\""):
      let start = position + 1
      if try string(text) { longTexts.add(start..<(position - 1)) }
    case UInt8(ascii: "t"): try literal(text, "true")
    case UInt8(ascii: "f"): try literal(text, "false")
    case UInt8(ascii: "n"): try literal(text, "null")
    default: try number(text)
    }
    return finish()
  }

  // MARK: - Containers

  private var isInObject: Bool { objects & 1 == 1 }

  private mutating func open(isObject: Bool) throws(SpectraError) -> Expected {
    containerCount += 1
    guard depth < ModelLimits.depth, containerCount <= ModelLimits.containers else {
      throw Self.tooMany
    }
    depth += 1
    objects = objects << 1 | (isObject ? 1 : 0)
    position += 1
    return isObject ? .name(orEnd: true) : .value(orEnd: true)
  }

  private mutating func close() -> Expected {
    depth -= 1
    objects >>= 1
    position += 1
    return finish()
  }

  private mutating func finish() -> Expected {
    if depth == 1, let start = cardStart {
      card = start..<position
      cardStart = nil
    }
    return .commaOrEnd
  }

  // MARK: - Tokens

  /// - Returns: whether all bytes of the string stand for themselves, and are ASCII.
  private mutating func string(_ text: Span<UInt8>) throws(SpectraError) -> Bool {
    var isPlain = true
    position += 1
    while true {
      position += plainLength(text)
      let byte = try peek(text)
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return isPlain
      case UInt8(ascii: "\\"): try escape(text)
      case 0..<0x20: throw syntaxError
      case 0..<0x80: continue
      default: try multibyte(text, byte)
      }
      isPlain = false
    }
  }

  /// Bytes from here on that need no look of their own: most of a file is base64.
  private func plainLength(_ text: Span<UInt8>) -> Int {
    unsafe text.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return 0 }
      return unsafe Int(spectra_plain_length(bytes.count - position, start + position))
    }
  }

  private mutating func escape(_ text: Span<UInt8>) throws(SpectraError) {
    let byte = try peek(text)
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return
    case UInt8(ascii: "u"):
      let unit = try hexadecimal(text)
      // A zero would end a C string early; half a surrogate pair is no character.
      guard unit != 0, !(0xDC00...0xDFFF).contains(unit) else { throw syntaxError }
      guard (0xD800...0xDBFF).contains(unit) else { return }
      try literal(text, "\\u")
      guard (0xDC00...0xDFFF).contains(try hexadecimal(text)) else { throw syntaxError }
    default:
      throw syntaxError
    }
  }

  private mutating func hexadecimal(_ text: Span<UInt8>) throws(SpectraError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      let byte = try peek(text)
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - 48)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(byte - 55)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(byte - 87)
      default: throw syntaxError
      }
      position += 1
    }
    return unit
  }

  /// The rest of a character whose first byte is `lead`: the ranges of RFC 3629 section 4.
  private mutating func multibyte(_ text: Span<UInt8>, _ lead: UInt8) throws(SpectraError) {
    let (count, second): (Int, ClosedRange<UInt8>) =
      switch lead {
      case 0xC2...0xDF: (1, 0x80...0xBF)
      case 0xE0: (2, 0xA0...0xBF)
      case 0xED: (2, 0x80...0x9F)
      case 0xE1...0xEF: (2, 0x80...0xBF)
      case 0xF0: (3, 0x90...0xBF)
      case 0xF1...0xF3: (3, 0x80...0xBF)
      case 0xF4: (3, 0x80...0x8F)
      default: throw syntaxError
      }
    for place in 0..<count {
      let byte = try peek(text)
      guard place == 0 ? second.contains(byte) : byte & 0xC0 == 0x80 else { throw syntaxError }
      position += 1
    }
  }

  private mutating func number(_ text: Span<UInt8>) throws(SpectraError) {
    if try peek(text) == UInt8(ascii: "-") { position += 1 }
    if try peek(text) == UInt8(ascii: "0") { position += 1 } else { try digits(text) }
    if try peek(text) == UInt8(ascii: ".") {
      position += 1
      try digits(text)
    }
    if try peek(text) | 0x20 == UInt8(ascii: "e") {
      position += 1
      let sign = try peek(text)
      if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      try digits(text)
    }
  }

  private mutating func digits(_ text: Span<UInt8>) throws(SpectraError) {
    let start = position
    while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(try peek(text)) { position += 1 }
    guard position > start else { throw syntaxError }
  }

  private mutating func literal(
    _ text: Span<UInt8>, _ literal: StaticString
  ) throws(SpectraError) {
    for index in 0..<literal.utf8CodeUnitCount {
      guard try peek(text) == (unsafe literal.utf8Start[index]) else { throw syntaxError }
      position += 1
    }
  }

  // MARK: - Bytes

  private func peek(_ text: Span<UInt8>) throws(SpectraError) -> UInt8 {
    guard position < text.count else {
      throw SpectraError(
        .modelSyntax, "the model ends in the middle: it is truncated; copy it again")
    }
    return text[position]
  }

  private mutating func skipSpace(_ text: Span<UInt8>) {
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        position += 1
      default: return
      }
    }
  }

  private static func equals(
    _ text: Span<UInt8>, _ range: Range<Int>, _ word: StaticString
  ) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<range.count
    where text[range.lowerBound + index] != (unsafe word.utf8Start[index]) {
      return false
    }
    return true
  }

  private var syntaxError: SpectraError {
    SpectraError(
      .modelSyntax, "the model is not JSON at the byte of this number; copy or export it again",
      found: Double(position))
  }

  private static var tooMany: SpectraError {
    SpectraError(
      .modelContent, "the model is nested too deeply or has too many values")
  }
}
