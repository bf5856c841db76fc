/// The members of a zip archive (PKWARE APPNOTE 6.3), stored or deflated, also of the 64-bit form.
struct ZipArchive {
  /// A file in the archive.
  struct Member {
    let name: String
    fileprivate let method: Int
    fileprivate let isEncrypted: Bool
    fileprivate let checksum: UInt32
    fileprivate let storedSize: Int
    fileprivate let size: Int
    /// Where its local header begins.
    fileprivate let start: Int
  }

  /// The archives that are read hold a handful of arrays.
  private static let memberLimit = 10_000

  let file: FileBytes
  private(set) var members: [Member] = []

  init(_ file: FileBytes) throws(DataError) {
    self.file = file
    var (count, place) = try Self.directory(file)
    var reader = ByteReader(file)
    try reader.move(to: place, for: "the directory of the archive")
    while count > 0 {
      guard members.count < Self.memberLimit else {
        throw reader.failure("the archive has more than \(Self.memberLimit) members; name another")
      }
      place = reader.position
      guard try reader.integer(UInt32.self, .littleEndian, "an entry") == 0x0201_4B50 else {
        throw reader.failure("the directory of the archive is damaged; save it anew", at: place)
      }
      members.append(try Self.member(&reader))
      count -= 1
    }
  }

  /// Number of members, and where their directory begins.
  private static func directory(_ file: FileBytes) throws(DataError) -> (Int, Int) {
    let tail = max(0, file.count - 65_557)
    let bytes = try file.bytes(in: tail..<file.count)
    let signature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
    var index = bytes.count - 22
    while index >= 0, Array(bytes[index..<index + 4]) != signature { index -= 1 }
    guard index >= 0 else {
      throw DataError(
        "\(file.name): the archive has no directory at its end; it is truncated, copy it anew")
    }
    var reader = ByteReader(file, at: tail + index + 10)
    var count = Int(try reader.integer(UInt16.self, .littleEndian, "the number of members"))
    try reader.skip(4, "the size of the directory")
    var place = Int(try reader.integer(UInt32.self, .littleEndian, "the place of the directory"))
    if (count == 0xFFFF || place == 0xFFFF_FFFF) && tail + index >= 20 {
      // The locator of the 64-bit directory stands before.
      var locator = ByteReader(file, at: tail + index - 20)
      if try locator.integer(UInt32.self, .littleEndian, "the locator") == 0x0706_4B50 {
        try locator.skip(4, "the locator")
        let end = try locator.length(UInt64.self, .littleEndian, "the place of the directory's end")
        try locator.move(to: end, for: "the end of the directory")
        try locator.skip(32, "the end of the directory")
        count = try locator.length(UInt64.self, .littleEndian, "the number of members")
        try locator.skip(8, "the size of the directory")
        place = try locator.length(UInt64.self, .littleEndian, "the place of the directory")
      }
    }
    return (count, place)
  }

  private static func member(_ reader: inout ByteReader) throws(DataError) -> Member {
    func short(_ what: String) throws(DataError) -> Int {
      Int(try reader.integer(UInt16.self, .littleEndian, what))
    }
    func word(_ what: String) throws(DataError) -> UInt32 {
      try reader.integer(UInt32.self, .littleEndian, what)
    }
    try reader.skip(4, "an entry")
    let flags = try short("the flags")
    let method = try short("the method of compression")
    try reader.skip(4, "the time")
    let checksum = try word("the checksum")
    var storedSize = Int(try word("the compressed size"))
    var size = Int(try word("the size"))
    let nameLength = try short("the length of the name")
    let extraLength = try short("the length of the extra field")
    let commentLength = try short("the length of the comment")
    try reader.skip(8, "the attributes")
    var start = Int(try word("the place of the member"))
    let name = TextLine.text(try reader.bytes(nameLength, "the name")[...])
    let end = reader.position + extraLength
    try reader.need(extraLength + commentLength, "the extra field")
    while reader.position + 4 <= end {
      let kind = try short("the kind of an extra field")
      let length = try short("the length of an extra field")
      let next = min(end, reader.position + length)
      if kind == 1 {
        // Only what did not fit in 32 bits is here, in this order.
        for field in 0..<3 where [size, storedSize, start][field] == 0xFFFF_FFFF {
          guard reader.position + 8 <= next else { break }
          let value = try reader.length(UInt64.self, .littleEndian, "a size of 64 bits")
          if field == 0 {
            size = value
          } else if field == 1 {
            storedSize = value
          } else {
            start = value
          }
        }
      }
      try reader.move(to: next, for: "an extra field")
    }
    try reader.move(to: end + commentLength, for: "the comment of a member")
    return Member(
      name: name, method: method, isEncrypted: flags & 1 == 1, checksum: checksum,
      storedSize: storedSize, size: size, start: start)
  }

  /// Where the bytes of a member are: in the archive, or in memory once they are inflated.
  func open(_ member: Member) throws(DataError) -> (FileBytes, Int) {
    var reader = ByteReader(file)
    try reader.move(to: member.start, for: "the member \(member.name)")
    guard try reader.integer(UInt32.self, .littleEndian, "a member") == 0x0403_4B50 else {
      throw reader.failure(
        "the member \(member.name) does not begin here; the archive is damaged, save it anew",
        at: member.start)
    }
    try reader.skip(22, "the header of \(member.name)")
    let nameLength = Int(try reader.integer(UInt16.self, .littleEndian, "the length of the name"))
    let extra = Int(try reader.integer(UInt16.self, .littleEndian, "the length of a field"))
    try reader.skip(nameLength + extra, "the header of \(member.name)")
    try reader.need(member.storedSize, "the member \(member.name)")
    guard !member.isEncrypted else {
      throw reader.failure("the member \(member.name) is encrypted; save it with numpy.savez")
    }
    switch member.method {
    case 0:
      return (file, reader.position)
    case 8:
      let place = reader.position
      let bytes = try Inflation.inflate(
        file, place..<place + member.storedSize, size: member.size, checksum: member.checksum,
        what: "the member \(member.name)")
      return (FileBytes(bytes, name: "\(file.name), \(member.name) (inflated)"), 0)
    default:
      throw reader.failure(
        "the member \(member.name) is compressed by method \(member.method); save it with "
          + "numpy.savez or numpy.savez_compressed")
    }
  }
}
