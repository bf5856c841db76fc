internal import CKernels

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
    var values = try Storage<Float>(repeating: 0, count: count)
    guard Self.decode(text, into: &values, method: hashing) else {
      throw encoded.error("is not base64")
    }
    let checksum = try member("sha256")
    guard try checksum.isHexadecimal(Self.hash(of: values, method: hashing)) else {
      throw SpectraError(
        .modelChecksum, "does not match the values beside it; copy or export the model again",
        at: checksum.place)
    }
    let finite = Self.finish(&values)
    guard finite == count else {
      throw encoded.error(
        "holds a number that is not finite, at this index", found: Double(finite))
    }
    return values
  }

  // Storage is borrowed as an argument: Embedded Swift cannot keep a local one while its span is
  // used.
  private static func decode(
    _ text: Span<UInt8>, into values: inout Storage<Float>, method: SHA256.Method
  ) -> Bool {
    let start = unsafe values.start.assumingMemoryBound(to: UInt8.self)
    var bytes = unsafe UnsafeMutableBufferPointer(start: start, count: 4 * values.count).mutableSpan
    return Base64.decode(text, into: &bytes, method: method)
  }

  private static func hash(
    of values: borrowing Storage<Float>, method: SHA256.Method
  ) -> InlineArray<64, UInt8> {
    let start = unsafe values.start.assumingMemoryBound(to: UInt8.self)
    let bytes = unsafe UnsafeBufferPointer(start: start, count: 4 * values.count)
    return SHA256.hexadecimal(of: unsafe bytes.span, method: method)
  }

  /// Brings little-endian numbers to the order of this processor.
  ///
  /// - Returns: the index of the first one that is not finite, or the number of all.
  private static func finish(_ values: inout Storage<Float>) -> Int {
    let count = values.count
    let start = unsafe values.start.assumingMemoryBound(to: Float.self)
    return unsafe Int(spectra_little_endian_floats(count, start))
  }

  /// Whether this is a string of these 64 digits.
  func isHexadecimal(_ digits: InlineArray<64, UInt8>) throws(SpectraError) -> Bool {
    let text = try text
    guard text.count == digits.count else { return false }
    for index in text.indices where text[index] != digits[index] { return false }
    return true
  }
}
