internal import CKernels

/// The reference spectra of a model: prepared intensities, identifiers and simulated properties.
struct ReferenceLibrary: ~Copyable {
  let count: Int
  let featureCount: Int
  /// [count][featureCount].
  let features: Storage<Float>
  /// The `BlockMeans` of all references, [blocks][BlockMeans.count][16], which tell early that one is
  /// far away; zeros behind the last one.
  let blockMeans: Storage<Float>
  /// The largest Euclidean size of a reference.
  let largest: Double
  let properties: Storage<PropertyValues>
  /// Identifiers, each closed by a zero byte.
  let names: Storage<UInt8>
  /// Where each identifier starts in `names`.
  let nameStarts: Storage<Int>
  /// Number of the group of materials of each; empty where the format knows none.
  let groups: Storage<UInt32>
  let kernel: spectra_kernel

  private static var blockSize: Int { Int(SPECTRA_DISTANCE_BLOCK) }
  // References whose bounds are looked at together.
  private static let chunk = 256
  // One value for each of them, and one more.
  private typealias PerChunk<Value> = InlineArray<257, Value>

  /// The nearest references to a prepared spectrum, as many as there is room for.
  ///
  /// - Parameters:
  ///   - features: `featureCount` prepared intensities.
  ///   - nearest: receives them, nearest first, the lower index where distances are equal.
  /// - Returns: how many they are: `nearest.count`, or all references.
  /// - Complexity: O(count x featureCount / 8), and O(featureCount) for each reference that is not
  ///   certainly farther away than the last of the nearest; O(count x nearest.count) more where
  ///   references come in falling distance.
  func nearest(to features: Span<Float>, into nearest: inout MutableSpan<Neighbor>) -> Int {
    guard count > 0, nearest.count > 0 else { return 0 }
    var memory = BlockMeans.Memory(repeating: 0)
    var places = memory.mutableSpan
    let size = BlockMeans.write(of: features, into: &places, at: 0, step: 1)
    let means = BlockMeans(
      memory.span.extracting(..<BlockMeans.count(featureCount)), size: size)
    var found = 0
    var first = 0
    while first < count {
      let end = min(first + Self.chunk, count)
      search(first..<end, features, means, &nearest, &found)
      first = end
    }
    for rank in 0..<found {
      nearest[rank].distance = (nearest[rank].distance / Double(featureCount)).squareRoot()
    }
    return found
  }

  /// Goes through some references; distances are squared sums here.
  private func search(
    _ range: Range<Int>, _ features: Span<Float>, _ means: BlockMeans,
    _ nearest: inout MutableSpan<Neighbor>, _ found: inout Int
  ) {
    let first = range.lowerBound
    let blocks = (range.count + Self.blockSize - 1) / Self.blockSize
    let step = means.count * Self.blockSize
    let others = blockMeans.span.extracting((first / Self.blockSize * step)...)
    var bounds = PerChunk<Float>(repeating: 0)
    var span = bounds.mutableSpan
    means.fill(&span, others, blocks: blocks, kernel: kernel)

    // Those with the lowest bounds first: what comes then is soon too far away.
    var seeds = InlineArray<3, Int>(repeating: -1)
    if found == 0 {
      seeds = Self.lowest(bounds.span, range.count)
      for rank in 0..<min(seeds.count, range.count) {
        measure(first + seeds[rank], features, &nearest, &found)
      }
    }
    var candidates = PerChunk<UInt32>(repeating: 0)
    var numbers = candidates.mutableSpan
    let highest = means.highest(within: Self.limit(nearest, found), largest: largest)
    let candidateCount = select(range.count, bounds.span, highest, &numbers)
    for place in 0..<candidateCount {
      let index = Int(candidates[place])
      if index == seeds[0] || index == seeds[1] || index == seeds[2] { continue }
      measure(first + index, features, &nearest, &found)
    }
  }

  /// The places of the three lowest bounds, the lowest first; -1 where there are fewer.
  private static func lowest(_ bounds: Span<Float>, _ count: Int) -> InlineArray<3, Int> {
    var places = InlineArray<3, Int>(repeating: -1)
    var values = InlineArray<3, Float>(repeating: .infinity)
    // The third lowest so far, which hardly any is below.
    var third = Float.infinity
    let looked = bounds.extracting(..<count)
    for index in looked.indices {
      guard looked[index] < third || index < 3 else { continue }
      var rank = 2
      while rank > 0, places[rank - 1] < 0 || bounds[index] < values[rank - 1] {
        (places[rank], values[rank]) = (places[rank - 1], values[rank - 1])
        rank -= 1
      }
      (places[rank], values[rank]) = (index, bounds[index])
      third = values[2]
    }
    return places
  }

  private func select(
    _ count: Int, _ bounds: Span<Float>, _ highest: Float, _ numbers: inout MutableSpan<UInt32>
  ) -> Int {
    unsafe bounds.withUnsafeBufferPointer { bounds in
      unsafe numbers.withUnsafeMutableBufferPointer { numbers in
        guard let bounds = bounds.baseAddress, let numbers = numbers.baseAddress else { return 0 }
        return unsafe spectra_select(count, bounds, highest, numbers)
      }
    }
  }

  private static func limit(_ nearest: borrowing MutableSpan<Neighbor>, _ found: Int) -> Double {
    found == nearest.count ? nearest[found - 1].distance : .infinity
  }

  /// Measures a reference in full, and puts it where it belongs.
  private func measure(
    _ reference: Int, _ features: Span<Float>, _ nearest: inout MutableSpan<Neighbor>,
    _ found: inout Int
  ) {
    let squares = squares(to: reference, features, limit: Self.limit(nearest, found))
    func isBefore(_ other: Neighbor) -> Bool {
      squares < other.distance || (squares == other.distance && reference < other.reference)
    }
    let isFull = found == nearest.count
    if isFull, !isBefore(nearest[found - 1]) { return }
    var rank = isFull ? found - 1 : found
    while rank > 0, isBefore(nearest[rank - 1]) {
      nearest[rank] = nearest[rank - 1]
      rank -= 1
    }
    nearest[rank] = Neighbor(reference: reference, distance: squares)
    if !isFull { found += 1 }
  }

  /// Sum of the squared differences from a reference; any number above `limit` where it is above.
  private func squares(to reference: Int, _ features: Span<Float>, limit: Double) -> Double {
    unsafe features.withUnsafeBufferPointer { features in
      unsafe self.features.span.withUnsafeBufferPointer { all in
        guard let one = features.baseAddress, let all = all.baseAddress else { return 0 }
        return unsafe spectra_kernel_squares(
          kernel, featureCount, one, all + reference * featureCount, limit)
      }
    }
  }

  /// Whether two references are sites of one group of materials, or, where no groups are known, of
  /// one material.
  func areOfOneGroup(_ one: Int, _ other: Int) -> Bool {
    groups.count == 0
      ? areOfOneMaterial(one, other) : groups.span[one] == groups.span[other]
  }

  /// Whether the identifiers of two references agree up to the first "/", or altogether where there
  /// is none.
  private func areOfOneMaterial(_ one: Int, _ other: Int) -> Bool {
    let (names, starts) = (names.span, nameStarts.span)
    var (left, right) = (starts[one], starts[other])
    let slash = UInt8(ascii: "/")
    while true {
      let (first, second) = (names[left], names[right])
      let isEnd = (first == 0 || first == slash, second == 0 || second == slash)
      if isEnd.0 || isEnd.1 { return isEnd.0 && isEnd.1 }
      if first != second { return false }
      left += 1
      right += 1
    }
  }

  /// Whether the neighbours differ in a property by more than the interval of 95 % is wide.
  func disagree(_ neighbors: Span<Neighbor>, _ estimates: Span<Estimate>) -> Bool {
    guard neighbors.count > 1 else { return false }
    var lowest = PropertyLanes(repeating: .infinity)
    var highest = PropertyLanes(repeating: -.infinity)
    for rank in neighbors.indices {
      // A missing value is NaN, which neither takes.
      let values = PropertyLanes(properties.span[neighbors[rank].reference])
      lowest = lowest.lower(values)
      highest = highest.higher(values)
    }
    return (highest - lowest).exceedsAnywhere(PropertyLanes { 2 * estimates[$0].halfWidth95 })
  }
}
