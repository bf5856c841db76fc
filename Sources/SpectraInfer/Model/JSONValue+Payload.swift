extension JSONValue {
  /// The shape of a payload, [rows, columns] or [columns], with each count checked.
  private func checkShape(rows: Int?, columns: Int) throws(SpectraError) {
    let shape = try member("shape")
    let dimensions = try shape.arrayCount(rows == nil ? 1...1 : 2...2)
    let expectedRows = rows ?? columns
    for dimension in 0..<dimensions {
      let expected = dimension == 0 ? expectedRows : columns
      let found = try shape.element(dimension).integer(0...Int(Int32.max))
      guard found == expected else {
        throw shape.element(dimension).error(
          "does not fit the rest of the model", found: Double(found), expected: Double(expected))
      }
    }
  }

  /// A matrix or vector of little-endian IEEE float32 in base64, beside its shape and its SHA-256.
  ///
  /// - Parameters:
  ///   - rows: nil for a vector.
  /// - Returns: `rows * columns` finite values, row-major.
  func payload(rows: Int? = nil, columns: Int) throws(SpectraError) -> Storage<Float> {
    try requireMembers(["base64", "sha256", "shape"])
    try checkShape(rows: rows, columns: columns)
    let encoded = try member("base64")
    let text = try encoded.text
    // Both counts are at most 2^31, so that neither product overflows.
    let count = (rows ?? 1) * columns
    let byteCount = Base64.byteCount(of: text)
    guard byteCount == count * 4 else {
      throw encoded.error(
        "does not hold as many bytes as its shape says", found: byteCount.map { Double($0) } ?? 0,
        expected: Double(count * 4))
    }
    var bytes = try Storage<UInt8>(repeating: 0, count: count * 4)
    var decoded = bytes.mutableSpan
    guard Base64.decode(text, into: &decoded) else {
      throw encoded.error("is not base64")
    }
    let checksum = try member("sha256")
    guard try checksum.isHexadecimal(SHA256.hexadecimal(of: bytes.span, method: hashing)) else {
      throw SpectraError(
        .modelChecksum, "does not match the values beside it; copy or export the model again",
        at: checksum.place)
    }
    return try encoded.floats(bytes.span, count: count)
  }

  private func floats(_ bytes: Span<UInt8>, count: Int) throws(SpectraError) -> Storage<Float> {
    var values = try Storage<Float>(repeating: 0, count: count)
    var target = values.mutableSpan
    for index in 0..<count {
      let place = 4 * index
      let bits =
        UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
        | UInt32(bytes[place + 2]) << 16 | UInt32(bytes[place + 3]) << 24
      let value = Float(bitPattern: bits)
      guard value.isFinite else {
        throw error("holds a number that is not finite, at this index", found: Double(index))
      }
      target[index] = value
    }
    return values
  }

  /// Whether this is a string of these 64 digits.
  func isHexadecimal(_ digits: InlineArray<64, UInt8>) throws(SpectraError) -> Bool {
    let text = try text
    guard text.count == digits.count else { return false }
    for index in text.indices where text[index] != digits[index] { return false }
    return true
  }
}
