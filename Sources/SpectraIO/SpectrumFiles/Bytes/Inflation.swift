import CZlib

/// Inflates deflated bytes (RFC 1951) with zlib.
enum Inflation {
  /// Most bytes that are inflated into memory.
  private static let limit = 1 << 30
  private static let block = 1 << 20

  /// The bytes that a part of a file inflates to.
  ///
  /// The size that is declared is believed neither in allocating nor in reading: the bytes come block
  /// by block, and what is longer or shorter is an error.
  ///
  /// - Parameters:
  ///   - checksum: CRC-32 of the inflated bytes.
  static func inflate(
    _ file: FileBytes, _ range: Range<Int>, size: Int, checksum: UInt32, what: String
  ) throws(DataError) -> [UInt8] {
    func failure(_ sentence: String) -> DataError {
      DataError("\(file.name), byte \(range.lowerBound): \(what) \(sentence)")
    }
    guard size <= limit else {
      throw failure(
        "has \(size >> 20) MiB and at most \(limit >> 20) MiB are inflated; save it with "
          + "numpy.savez, which does not compress")
    }
    var stream = unsafe z_stream()
    // Minus 15: bare deflated bytes, with a window of 32 KiB.
    guard
      unsafe inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      throw failure("cannot be inflated: there is no memory; close other programs")
    }
    defer { unsafe inflateEnd(&stream) }
    var output: [UInt8] = []
    var (position, status, sum) = (range.lowerBound, Z_OK, crc32(0, nil, 0))
    var buffer = [UInt8](repeating: 0, count: block)
    while status == Z_OK && position < range.upperBound {
      var input = try file.bytes(in: position..<min(position + block, range.upperBound))
      position += input.count
      unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = UInt32(source.count)
        repeat {
          let made = unsafe buffer.withUnsafeMutableBufferPointer { target in
            unsafe stream.next_out = target.baseAddress
            unsafe stream.avail_out = UInt32(target.count)
            status = unsafe zlib_inflate(&stream)
            let made = unsafe target.count - Int(stream.avail_out)
            sum = unsafe crc32(sum, target.baseAddress, UInt32(made))
            return made
          }
          output += buffer[..<made]
          // A full buffer may have more behind it; no output and no input left is no error.
          if status == Z_BUF_ERROR { status = Z_OK; break }
        } while unsafe status == Z_OK && stream.avail_out == 0 && output.count <= size
      }
      if output.count > size { break }
    }
    guard status == Z_STREAM_END, output.count == size, UInt32(truncatingIfNeeded: sum) == checksum
    else {
      throw failure("does not inflate to what was saved; the file is damaged, copy it anew")
    }
    return output
  }
}
