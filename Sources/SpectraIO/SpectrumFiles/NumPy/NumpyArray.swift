/// The array of a `.npy` file, formats 1.0 to 3.0 (NumPy enhancement proposal 1 and
/// numpy.lib.format), of which nothing but the header is read.
struct NumpyArray {
  static let signature: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
  /// NumPy itself refuses longer headers of files that it does not trust.
  private static let headerLimit = 1 << 16
  private static let types: [String: NumberType] = [
    "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8, "u2": .uint16,
    "u4": .uint32, "u8": .uint64, "f4": .float32, "f8": .float64,
  ]

  let file: FileBytes
  /// For errors: the file, or the file and the array in it.
  let name: String
  let type: NumberType
  let order: ByteOrder
  let shape: [Int]
  let isFortranOrder: Bool
  /// The byte of the file where the numbers begin.
  let offset: Int

  init(_ file: FileBytes, at start: Int = 0, name: String? = nil) throws(DataError) {
    var reader = ByteReader(file, at: start)
    self.file = file
    self.name = name ?? file.name
    guard try reader.bytes(6, "the signature of NumPy") == Self.signature else {
      throw reader.failure("is no array of NumPy; save it with numpy.save", at: start)
    }
    let version = try reader.bytes(2, "the version")
    let length: Int
    switch version[0] {
    case 1: length = try reader.length(UInt16.self, .littleEndian, "the length of the header")
    case 2, 3: length = try reader.length(UInt32.self, .littleEndian, "the length of the header")
    default:
      throw reader.failure(
        "is format \(version[0]).\(version[1]) of NumPy's arrays, and 1 to 3 are read; save it anew"
      )
    }
    let place = reader.position
    let header = try reader.bytes(length, "the header", limit: Self.headerLimit)
    offset = reader.position
    guard case .dictionary(let entries) = PythonLiteral(header),
      case .boolean(let isFortranOrder) = entries["fortran_order"],
      case .tuple(let sizes) = entries["shape"], let descriptor = entries["descr"]
    else {
      throw reader.failure("the header of the array is damaged; save it anew", at: place)
    }
    self.isFortranOrder = isFortranOrder
    var shape: [Int] = []
    for size in sizes {
      guard case .integer(let count) = size, count >= 0 else {
        throw reader.failure("the shape in the header is damaged; save the array anew", at: place)
      }
      shape.append(count)
    }
    self.shape = shape
    guard case .text(let text) = descriptor, let type = Self.types[String(text.dropFirst())],
      let sign = text.first, "<>|=".contains(sign), sign != "|" || type.size == 1
    else {
      throw reader.failure(
        "the numbers are of a type that is not read (\(Self.spelling(descriptor))); save "
          + "array.astype(numpy.float32)", at: place)
    }
    self.type = type
    order = sign == ">" ? .bigEndian : .littleEndian
  }

  private static func spelling(_ descriptor: PythonLiteral) -> String {
    if case .text(let text) = descriptor { return String(text.prefix(40)) }
    return "a structure"
  }

  /// As Python writes it.
  var shapeText: String {
    "(" + shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? ",)" : ")")
  }

  /// The array as spectra: the last axis has the channels.
  func intensities() throws(DataError) -> StoredIntensities {
    guard (1...3).contains(shape.count) else {
      throw DataError(
        "\(name): has the shape \(shapeText); give it the axes (channels), (spectra, channels) or "
          + "(rows, columns, channels)")
    }
    var strides = [Int](repeating: 0, count: shape.count)
    var stride = 1
    let indices = isFortranOrder ? Array(shape.indices) : shape.indices.reversed()
    for index in indices {
      strides[index] = stride
      let (product, isTooLarge) = stride.multipliedReportingOverflow(by: max(1, shape[index]))
      guard !isTooLarge else {
        throw DataError("\(name): declares the shape \(shapeText), more than any file holds")
      }
      stride = product
    }
    let dimensions = shape.indices.map {
      StoredIntensities.Dimension(count: shape[$0], stride: strides[$0])
    }
    return try StoredIntensities(
      source: file, offset: offset, type: type, order: order,
      channels: dimensions[dimensions.count - 1], navigation: dimensions.dropLast())
  }
}
