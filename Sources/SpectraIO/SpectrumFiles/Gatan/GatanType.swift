/// The type of a value of a DigitalMicrograph file, as its description tells.
indirect enum GatanType {
  private static let depthLimit = 4

  case number(NumberType)
  case structure([NumberType])
  case text(length: Int)
  case array(GatanType, count: Int)

  /// Reads the type that a description begins with; nil where it is none.
  init?(_ description: inout ArraySlice<Int>, depth: Int) {
    guard depth < Self.depthLimit, let code = description.popFirst() else { return nil }
    switch code {
    case 15:
      // The length of the name, the number of fields, and of each the length of the name and type.
      guard description.popFirst() != nil, let count = description.popFirst(),
        description.count >= 2 * count
      else { return nil }
      var types: [NumberType] = []
      for _ in 0..<count {
        _ = description.popFirst()
        guard let code = description.popFirst(), let type = Self.number(code) else { return nil }
        types.append(type)
      }
      self = .structure(types)
    case 18:
      guard let length = description.popFirst() else { return nil }
      self = .text(length: length)
    case 20:
      guard let type = GatanType(&description, depth: depth + 1),
        let count = description.popFirst()
      else { return nil }
      self = .array(type, count: count)
    default:
      guard let type = Self.number(code) else { return nil }
      self = .number(type)
    }
  }

  private static func number(_ code: Int) -> NumberType? {
    switch code {
    case 2: .int16
    case 3: .int32
    case 4: .uint16
    case 5: .uint32
    case 6: .float32
    case 7: .float64
    case 8: .uint8
    case 9, 10: .int8
    case 11: .int64
    case 12: .uint64
    default: nil
    }
  }

  /// Bytes of a value; nil where they are more than any file has.
  var size: Int? {
    switch self {
    case .number(let type): return type.size
    case .structure(let types): return types.reduce(0) { $0 + $1.size }
    case .text(let length): return length
    case .array(let type, let count):
      guard let size = type.size else { return nil }
      let (product, isTooLarge) = size.multipliedReportingOverflow(by: count)
      return isTooLarge ? nil : product
    }
  }
}
