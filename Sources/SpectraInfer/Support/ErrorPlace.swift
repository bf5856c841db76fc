/// A place in a model file or a batch, such as `members[2].layers[0].weights` or `spectra[7]`.
public struct ErrorPlace: Sendable {
  private static let capacity = 6
  // An index below 0 stands for a member without one.
  private var names: InlineArray<6, StaticString> = .init(repeating: "")
  private var indices: InlineArray<6, Int> = .init(repeating: -1)
  private var depth = 0

  /// The whole file.
  public init() {}

  /// A spectrum of a batch.
  public init(spectrum: Int) {
    names[0] = "spectra"
    indices[0] = spectrum
    depth = 1
  }

  /// Whether this is the whole file.
  public var isEmpty: Bool { depth == 0 }

  /// The place of a member of the object here.
  func member(_ name: StaticString) -> ErrorPlace {
    guard depth < Self.capacity else { return self }
    var inner = self
    inner.names[depth] = name
    inner.depth += 1
    return inner
  }

  /// The place of an element of the array here.
  func element(_ index: Int) -> ErrorPlace {
    guard depth > 0 else { return self }
    var inner = self
    if inner.indices[depth - 1] >= 0 {
      inner = inner.member("")
    }
    inner.indices[inner.depth - 1] = index
    return inner
  }

  func write(with writer: inout ASCIIWriter, into buffer: inout MutableSpan<UInt8>) {
    for level in 0..<depth {
      let name = names[level]
      if level > 0 && name.utf8CodeUnitCount > 0 { writer.append(".", to: &buffer) }
      writer.append(name, to: &buffer)
      if indices[level] >= 0 {
        writer.append("[", to: &buffer)
        writer.append(whole: UInt64(indices[level]), to: &buffer)
        writer.append("]", to: &buffer)
      }
    }
  }
}
