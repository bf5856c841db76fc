internal import CKernels

extension ReferenceLibrary {
  /// Reads the reference spectra of a model file.
  init(
    decoding value: JSONValue, formatVersion: Int, featureCount: Int, kernel: spectra_kernel
  ) throws(SpectraError) {
    if formatVersion == 1 {
      try value.requireMembers(["features", "ids", "properties"])
    } else {
      try value.requireMembers(["features", "groups", "ids", "properties"])
    }
    let identifiers = try value.member("ids")
    let count = try identifiers.arrayCount(ModelLimits.references)
    let features = try value.member("features").payload(rows: count, columns: featureCount)
    let groups =
      formatVersion == 1
      ? try Storage(repeating: 0, count: 0)
      : try Self.groups(decoding: value.member("groups"), count: count)

    let list = try value.member("properties")
    _ = try list.arrayCount(count...count)
    var properties = try Storage(repeating: PropertyValues(repeating: .nan), count: count)
    var rows = properties.mutableSpan
    var nameBytes = 0
    for reference in 0..<count {
      rows[reference] = try PropertyValues(
        decoding: list.element(reference), allowsMissing: true)
      nameBytes += try Self.name(identifiers.element(reference)).count + 1
    }

    var names = try Storage<UInt8>(repeating: 0, count: nameBytes)
    var nameStarts = try Storage<Int>(repeating: 0, count: count)
    var bytes = names.mutableSpan
    var starts = nameStarts.mutableSpan
    var next = 0
    for reference in 0..<count {
      starts[reference] = next
      let name = try Self.name(identifiers.element(reference))
      for index in name.indices { bytes[next + index] = name[index] }
      // The closing zero is there from the start.
      next += name.count + 1
    }
    let block = Int(SPECTRA_DISTANCE_BLOCK)
    var means = try Storage<Float>(
      repeating: 0, count: (count + block - 1) / block * block * BlockMeans.count(featureCount))
    let largest = Self.fill(&means, features, count: count, featureCount: featureCount)
    self.init(
      count: count, featureCount: featureCount, features: features, blockMeans: means,
      largest: largest, properties: properties, names: names, nameStarts: nameStarts,
      groups: groups, kernel: kernel)
  }

  private static func groups(
    decoding list: JSONValue, count: Int
  ) throws(SpectraError) -> Storage<UInt32> {
    _ = try list.arrayCount(count...count)
    var groups = try Storage<UInt32>(repeating: 0, count: count)
    var numbers = groups.mutableSpan
    for reference in 0..<count {
      numbers[reference] = try UInt32(list.element(reference).integer(ModelLimits.groups))
    }
    return groups
  }

  /// Fills in the means of all references, and says how large the largest is.
  ///
  /// Storage is borrowed as an argument: Embedded Swift cannot keep a local one while its span is
  /// used.
  private static func fill(
    _ means: inout Storage<Float>, _ features: borrowing Storage<Float>, count: Int,
    featureCount: Int
  ) -> Double {
    let block = Int(SPECTRA_DISTANCE_BLOCK)
    let numbers = BlockMeans.count(featureCount)
    let source = features.span
    var target = means.mutableSpan
    var largest = 0.0
    for reference in 0..<count {
      let first = reference * featureCount
      let start = reference / block * block * numbers + reference % block
      let size = BlockMeans.write(
        of: source.extracting(first..<(first + featureCount)), into: &target, at: start, step: block
      )
      largest = max(largest, size)
    }
    return largest
  }

  /// An identifier: 1 to 255 bytes, none of them zero, so that it is a whole C string.
  @_lifetime(copy value)
  private static func name(_ value: JSONValue) throws(SpectraError) -> Span<UInt8> {
    let text = try value.text
    guard ModelLimits.identifierBytes.contains(text.count) else {
      throw value.error("must have 1 to 255 bytes", found: Double(text.count))
    }
    for index in text.indices where text[index] == 0 {
      throw value.error("must not hold a zero byte")
    }
    return text
  }
}
