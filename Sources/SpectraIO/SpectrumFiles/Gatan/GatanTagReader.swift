/// Reads the tags of a DigitalMicrograph file, version 3 or 4.
///
/// A file is a header and a tree of tags. Lengths, counts and types are in big-endian order, of 4
/// bytes in version 3 and of 8 in version 4; the values are in the order that the header tells. There
/// is no document of the maker; the layout is as Greg Jefferis and the authors of EMIlib and
/// RosettaSciIO found it.
struct GatanTagReader {
  /// Real files nest some ten groups.
  private static let depthLimit = 48
  private static let tagLimit = 1 << 19
  /// A description of a structure with a thousand fields.
  private static let descriptionLimit = 2048
  /// UTF-16 units of a text that is read.
  private static let textLimit = 1 << 16

  let version: Int
  let order: ByteOrder
  let file: FileBytes
  private var reader: ByteReader
  private var tagCount = 0

  /// Whether a file begins as these files do.
  static func canRead(_ start: [UInt8]) -> Bool {
    guard start.count >= 16, start[..<3].allSatisfy({ $0 == 0 }) else { return false }
    let order = start[3] == 3 ? start[8..<12] : start[3] == 4 ? start[12..<16] : []
    return order.count == 4 && order.dropLast().allSatisfy { $0 == 0 } && order.last ?? 9 <= 1
  }

  init(_ file: FileBytes) throws(DataError) {
    self.file = file
    reader = ByteReader(file)
    version = Int(try reader.integer(UInt32.self, .bigEndian, "the version"))
    guard version == 3 || version == 4 else {
      throw reader.failure("is version \(version) of Gatan's files, and 3 and 4 are read", at: 0)
    }
    // The length of the file, which some programs write wrongly.
    try reader.skip(version == 3 ? 4 : 8, "the length of the file")
    order =
      try reader.integer(UInt32.self, .bigEndian, "the byte order") == 0
      ? .bigEndian : .littleEndian
  }

  /// All tags.
  mutating func tags() throws(DataError) -> GatanTagGroup { try group(depth: 0) }

  /// A length or a count, of 4 or 8 bytes.
  private mutating func length(_ what: String) throws(DataError) -> Int {
    version == 3
      ? try reader.length(UInt32.self, .bigEndian, what)
      : try reader.length(UInt64.self, .bigEndian, what)
  }

  private mutating func group(depth: Int) throws(DataError) -> GatanTagGroup {
    guard depth < Self.depthLimit else {
      throw reader.failure(
        "groups of tags are nested more than \(Self.depthLimit) deep; the file is damaged")
    }
    try reader.skip(2, "a group of tags")
    let place = reader.position
    let count = try length("the number of tags")
    tagCount += count
    guard tagCount <= Self.tagLimit else {
      throw reader.failure(
        "there are \(tagCount) tags and at most \(Self.tagLimit) are read; the file is damaged",
        at: place)
    }
    // A tag has a kind, a length of its name and a value.
    try reader.need(4 * count, "a group of \(count) tags")
    var group = GatanTagGroup()
    for _ in 0..<count { group.entries.append(try tag(depth: depth)) }
    return group
  }

  private mutating func tag(depth: Int) throws(DataError) -> (name: String, tag: GatanTag) {
    let place = reader.position
    let kind = try reader.bytes(1, "a tag")[0]
    guard kind == 20 || kind == 21 else {
      throw reader.failure(
        "a tag is of kind \(kind) and must be 20 or 21; the file is damaged, copy it anew",
        at: place)
    }
    let length = Int(try reader.integer(UInt16.self, .bigEndian, "the length of a name"))
    let name = TextLine.text(try reader.bytes(length, "the name of a tag")[...])
    if version == 4 { try reader.skip(8, "the length of a tag") }
    return (name, kind == 20 ? .group(try group(depth: depth + 1)) : try value(of: name))
  }

  private mutating func value(of name: String) throws(DataError) -> GatanTag {
    let place = reader.position
    guard try reader.bytes(4, "a value") == Array("%%%%".utf8) else {
      throw reader.failure(
        "the value of \"\(name.prefix(40))\" does not begin with %%%%; the file is damaged",
        at: place)
    }
    let count = try length("the length of a description")
    guard count > 0, count <= Self.descriptionLimit else {
      throw reader.failure(
        "the description of \"\(name.prefix(40))\" has \(count) parts; the file is damaged",
        at: place)
    }
    var description: [Int] = []
    for _ in 0..<count { description.append(try length("a description")) }
    func damaged() -> DataError {
      reader.failure(
        "the type of \"\(name.prefix(40))\" is not known; the file is damaged or of a later "
          + "version", at: place)
    }
    var rest = description[...]
    guard let type = GatanType(&rest, depth: 0) else { throw damaged() }
    guard let size = type.size else {
      throw reader.failure("a value is longer than any file; the file is damaged", at: place)
    }
    try reader.need(size, "the value of \"\(name.prefix(40))\"")
    switch type {
    case .number(let type): return .number(try reader.number(type, order, "a number"))
    case .structure(let types):
      guard size <= Self.textLimit else { break }
      var numbers: [Double] = []
      for type in types { numbers.append(try reader.number(type, order, "a structure")) }
      return .structure(numbers)
    case .text(let length) where length <= Self.textLimit:
      return .text(TextLine.text(try reader.bytes(length, "a text")[...]))
    case .array(.number(let type), let count):
      let numbers = GatanTag.Numbers(type: type, count: count, offset: reader.position)
      try reader.skip(size, "an array")
      return .array(numbers)
    default: break
    }
    try reader.skip(size, "an array")
    return .other
  }

  /// The words that an array of 16-bit numbers is; nil where it is none or longer than a text.
  func text(of tag: GatanTag?) throws(DataError) -> String? {
    switch tag {
    case .text(let text): return text
    case .array(let numbers) where numbers.type == .uint16 && numbers.count <= Self.textLimit:
      let bytes = try file.bytes(in: numbers.offset..<numbers.offset + 2 * numbers.count)
      let units = (0..<numbers.count).map { index in
        let (first, second) = (UInt16(bytes[2 * index]), UInt16(bytes[2 * index + 1]))
        return order == .littleEndian ? first | second << 8 : first << 8 | second
      }
      return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
    default: return nil
    }
  }
}
