/// A type of numbers in a binary file.
package enum NumberType: String, Sendable, CaseIterable {
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case float32, float64

  /// Bytes of one number.
  package var size: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// Gives the number of this type whose bytes begin at an offset.
  ///
  /// - Parameter bytes: must hold all bytes of the number.
  package func load(_ bytes: borrowing [UInt8], at offset: Int, order: ByteOrder) -> Double {
    precondition(
      offset >= 0 && size <= bytes.count && offset <= bytes.count - size, "The number is in bytes.")
    var pattern: UInt64 = 0
    for index in 0..<size {
      let place = order == .littleEndian ? size - 1 - index : index
      pattern = pattern << 8 | UInt64(bytes[offset + place])
    }
    return switch self {
    case .int8: Double(Int8(truncatingIfNeeded: pattern))
    case .int16: Double(Int16(truncatingIfNeeded: pattern))
    case .int32: Double(Int32(truncatingIfNeeded: pattern))
    case .int64: Double(Int64(truncatingIfNeeded: pattern))
    case .uint8, .uint16, .uint32, .uint64: Double(pattern)
    case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
    case .float64: Double(bitPattern: pattern)
    }
  }
}
