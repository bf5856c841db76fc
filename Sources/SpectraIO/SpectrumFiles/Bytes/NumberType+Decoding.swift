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
    let last = start + (count - 1) * step
    precondition(
      offset >= 0 && stride > 0 && offset + (count - 1) * stride + size <= bytes.count,
      "The numbers are in the bytes.")
    precondition(
      elements.indices.contains(start) && elements.indices.contains(last),
      "The elements are in the array.")
    switch self {
    case .int8: copy(Int8.self) { Float($0) }
    case .int16: copy(Int16.self) { Float($0) }
    case .int32: copy(Int32.self) { Float($0) }
    case .int64: copy(Int64.self) { Float($0) }
    case .uint8: copy(UInt8.self) { Float($0) }
    case .uint16: copy(UInt16.self) { Float($0) }
    case .uint32: copy(UInt32.self) { Float($0) }
    case .uint64: copy(UInt64.self) { Float($0) }
    case .float32: copy(UInt32.self) { Float(bitPattern: $0) }
    case .float64: copy(UInt64.self) { Float(Double(bitPattern: $0)) }
    }

    func copy<T: FixedWidthInteger>(_: T.Type, _ number: (T) -> Float) {
      unsafe bytes.withUnsafeBytes { source in
        unsafe elements.withUnsafeMutableBufferPointer { target in
          for index in 0..<count {
            let raw = unsafe source.loadUnaligned(
              fromByteOffset: offset + index * stride, as: T.self)
            let value = number(order == .littleEndian ? raw.littleEndian : raw.bigEndian)
            unsafe target[start + index * step] = value
          }
        }
      }
    }
  }
}
