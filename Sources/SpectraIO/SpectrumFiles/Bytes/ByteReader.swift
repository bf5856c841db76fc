/// Reads numbers and words from a file one after the other, and tells in every error where it is.
///
/// No length that the file declares is believed: what is read is bounded by the file, and what is
/// skipped must lie in it.
struct ByteReader {
  /// Bytes that are taken from the file at once.
  private static let window = 1 << 16

  let file: FileBytes
  /// The next byte, from the start of the file.
  private(set) var position: Int
  private var bytes: [UInt8] = []
  private var start = 0

  init(_ file: FileBytes, at position: Int = 0) {
    self.file = file
    self.position = position
  }

  /// An error with the place where the reader is, or another one.
  func failure(_ sentence: String, at place: Int? = nil) -> DataError {
    DataError("\(file.name), byte \(place ?? position): \(sentence)")
  }

  /// Goes on with another byte of the file.
  mutating func move(to place: Int, for what: String) throws(DataError) {
    guard place >= 0, place <= file.count else {
      throw failure("\(what) lies outside of the file; it is damaged or truncated, copy it anew")
    }
    position = place
  }

  /// Leaves out some bytes.
  mutating func skip(_ count: Int, _ what: String) throws(DataError) {
    try need(count, what)
    position += count
  }

  /// Checks that the file holds so many more bytes.
  func need(_ count: Int, _ what: String) throws(DataError) {
    guard count >= 0, count <= file.count - position else {
      throw failure(
        "\(what) needs \(count) bytes and \(file.count - position) are left; the file is damaged "
          + "or truncated, copy it anew")
    }
  }

  /// The next bytes.
  ///
  /// - Parameter limit: most bytes that such a thing has.
  mutating func bytes(
    _ count: Int, _ what: String, limit: Int = 1 << 20
  ) throws(DataError) -> [UInt8] {
    try need(count, what)
    guard count <= limit else {
      throw failure("\(what) has \(count) bytes and at most \(limit) are read; the file is damaged")
    }
    if position < start || position + count > start + bytes.count {
      let end = min(file.count, position + max(count, Self.window))
      bytes = try file.bytes(in: position..<end)
      start = position
    }
    defer { position += count }
    return Array(bytes[position - start..<position - start + count])
  }

  /// The next number without a sign.
  mutating func integer<T: FixedWidthInteger & UnsignedInteger>(
    _: T.Type, _ order: ByteOrder, _ what: String
  ) throws(DataError) -> T {
    let size = MemoryLayout<T>.size
    let bytes = try bytes(size, what)
    var value: T = 0
    for index in 0..<size {
      value = value << 8 | T(bytes[order == .bigEndian ? index : size - 1 - index])
    }
    return value
  }

  /// The next number of a type.
  mutating func number(
    _ type: NumberType, _ order: ByteOrder, _ what: String
  ) throws(DataError) -> Double {
    type.load(try bytes(type.size, what), at: 0, order: order)
  }

  /// The next length or count: one that no file can have is refused.
  mutating func length<T: FixedWidthInteger & UnsignedInteger>(
    _: T.Type, _ order: ByteOrder, _ what: String
  ) throws(DataError) -> Int {
    let place = position
    let value = try integer(T.self, order, what)
    guard let length = Int(exactly: value), length < Int.max >> 8 else {
      throw failure("\(what) is \(value), more than any file has; the file is damaged", at: place)
    }
    return length
  }
}
