/// The lines of a text file, as bytes.
///
/// UTF-8 and Latin-1 are told apart line by line where words are wanted; UTF-16, which Excel writes
/// as "Unicode text", is known by its byte order mark. Lines end with LF, CR LF or CR.
struct TextLines: Sequence {
  /// Most bytes of a text file: a hundred thousand spectra, which had better be stored otherwise.
  static let limit = 128 << 20

  let name: String
  private let bytes: [UInt8]

  /// Reads the text.
  ///
  /// - Throws: `DataError` where the file is larger than `limit`, or no text.
  init(_ file: FileBytes) throws(DataError) {
    name = file.name
    guard file.count <= Self.limit else {
      throw DataError(
        "\(name): is text of more than \(Self.limit >> 20) MiB, or of no format that is read; save "
          + "it as .npy, .dm3 or .dm4")
    }
    let bytes = try file.bytes(in: 0..<file.count)
    switch (bytes.first, bytes.dropFirst().first, bytes.dropFirst(2).first) {
    case (0xEF, 0xBB, 0xBF): self.bytes = Array(bytes.dropFirst(3))
    case (0xFF, 0xFE, _): self.bytes = Self.utf16(bytes, 0, 1)
    case (0xFE, 0xFF, _): self.bytes = Self.utf16(bytes, 1, 0)
    default: self.bytes = bytes
    }
    if let zero = self.bytes.firstIndex(of: 0) {
      throw DataError(
        "\(name), byte \(zero): there is a zero byte, so that this is no text, and it is of no "
          + "other format that is read; save it as text, .msa, .xdi, .npy, .npz, .dm3 or .dm4")
    }
  }

  private static func utf16(_ bytes: [UInt8], _ low: Int, _ high: Int) -> [UInt8] {
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map {
      UInt16(bytes[$0 + low]) | UInt16(bytes[$0 + high]) << 8
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  func makeIterator() -> Iterator { Iterator(bytes: bytes) }

  /// Goes from line to line.
  struct Iterator: IteratorProtocol {
    private static let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    private let bytes: [UInt8]
    private var position = 0
    private var number = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private static func isBreak(_ byte: UInt8) -> Bool {
      byte == lineFeed || byte == carriageReturn
    }

    mutating func next() -> TextLine? {
      guard position < bytes.count else { return nil }
      let start = position
      while position < bytes.count, bytes[position] != Self.lineFeed,
        bytes[position] != Self.carriageReturn
      {
        position += 1
      }
      let line = bytes[start..<position]
      let isPair =
        position + 1 < bytes.count && bytes[position] == Self.carriageReturn
        && bytes[position + 1] == Self.lineFeed
      position += isPair ? 2 : 1
      number += 1
      return TextLine(number: number, bytes: line)
    }
  }
}
