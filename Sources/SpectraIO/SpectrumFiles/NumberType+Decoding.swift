extension NumberType {
  /// Converts numbers that lie `stride` bytes apart into elements that lie `step` apart.
  ///
  /// - Parameters:
  ///   - offset: where the first number begins in `bytes`, which must hold all of them.
  ///   - start: index of the first element, which with all others must be in `elements`.
  package func decode(
    _ bytes: borrowing [UInt8], at offset: Int, stride: Int, count: Int, order: ByteOrder,
    to start: Int, step: Int, into elements: inout [Float]
  ) {
    guard count > 0 else { return }
    precondition(
      offset >= 0 && stride > 0 && offset + (count - 1) * stride + size <= bytes.count,
      "The numbers are in the bytes.")
    let isLittle = order == .littleEndian
    func integers<T: FixedWidthInteger>(_: T.Type) {
      for index in 0..<count {
        let raw = unsafe bytes.withUnsafeBytes {
          unsafe $0.loadUnaligned(fromByteOffset: offset + index * stride, as: T.self)
        }
        elements[start + index * step] = Float(isLittle ? raw.littleEndian : raw.bigEndian)
      }
    }
    func floats<T: FixedWidthInteger>(_: T.Type, _ number: (T) -> Float) {
      for index in 0..<count {
        let raw = unsafe bytes.withUnsafeBytes {
          unsafe $0.loadUnaligned(fromByteOffset: offset + index * stride, as: T.self)
        }
        elements[start + index * step] = number(isLittle ? raw.littleEndian : raw.bigEndian)
      }
    }
    switch self {
    case .int8: integers(Int8.self)
    case .int16: integers(Int16.self)
    case .int32: integers(Int32.self)
    case .int64: integers(Int64.self)
    case .uint8: integers(UInt8.self)
    case .uint16: integers(UInt16.self)
    case .uint32: integers(UInt32.self)
    case .uint64: integers(UInt64.self)
    case .float32: floats(UInt32.self) { Float(bitPattern: $0) }
    case .float64: floats(UInt64.self) { Float(Double(bitPattern: $0)) }
    }
  }
}
