/// The reference spectra of a model: prepared intensities, identifiers and simulated properties.
struct ReferenceLibrary: ~Copyable {
  let count: Int
  let featureCount: Int
  /// [count][featureCount].
  let features: Storage<Float>
  /// The means of every eight intensities, which tell early that a reference is far away.
  let blockMeans: Storage<Float>
  let properties: Storage<PropertyValues>
  /// Identifiers, each closed by a zero byte.
  let names: Storage<UInt8>
  /// Where each identifier starts in `names`.
  let nameStarts: Storage<Int>

  /// The nearest references to a prepared spectrum.
  ///
  /// - Parameters:
  ///   - features: holds the prepared intensities from index `start`.
  /// - Returns: up to three, nearest first, the lower index where distances are equal.
  /// - Complexity: O(count x featureCount), less where a partial sum already exceeds the third
  ///   nearest.
  func nearest(
    to features: Span<Float>, from start: Int
  ) -> (neighbors: InlineArray<3, Neighbor>, count: Int) {
    let nearestMaximum = Prediction.neighborCountMaximum
    var nearest = InlineArray<3, Neighbor>(repeating: Neighbor(reference: 0, distance: .infinity))
    let means = BlockMeans(of: features, from: start, count: featureCount)
    for reference in 0..<count {
      let limit = nearest[nearestMaximum - 1].distance
      guard means.mayBe(within: limit, of: reference, in: blockMeans.span) else { continue }
      let squares = squares(to: reference, features, from: start, limit: limit)
      guard squares < limit else { continue }
      var rank = nearestMaximum - 1
      while rank > 0, nearest[rank - 1].distance > squares {
        nearest[rank] = nearest[rank - 1]
        rank -= 1
      }
      nearest[rank] = Neighbor(reference: reference, distance: squares)
    }
    for rank in 0..<nearestMaximum { nearest[rank].distance = distance(nearest[rank].distance) }
    return (nearest, min(count, nearestMaximum))
  }

  /// The nearest references to a prepared spectrum, as many as there is room for.
  ///
  /// - Parameters:
  ///   - features: `featureCount` prepared intensities.
  ///   - nearest: receives them, nearest first, the lower index where distances are equal.
  /// - Returns: how many they are: `nearest.count`, or all references.
  /// - Complexity: O(count x featureCount), less where a partial sum already exceeds the last of
  ///   the nearest; O(count x nearest.count) more where references come in falling distance.
  func nearest(to features: Span<Float>, into nearest: inout MutableSpan<Neighbor>) -> Int {
    var found = 0
    let means = BlockMeans(of: features, from: 0, count: featureCount)
    for reference in 0..<count {
      let isFull = found == nearest.count
      if isFull && found == 0 { break }
      let limit = isFull ? nearest[found - 1].distance : .infinity
      guard means.mayBe(within: limit, of: reference, in: blockMeans.span) else { continue }
      let squares = squares(to: reference, features, from: 0, limit: limit)
      guard squares < limit else { continue }
      var rank = isFull ? found - 1 : found
      while rank > 0, nearest[rank - 1].distance > squares {
        nearest[rank] = nearest[rank - 1]
        rank -= 1
      }
      nearest[rank] = Neighbor(reference: reference, distance: squares)
      if !isFull { found += 1 }
    }
    for rank in 0..<found { nearest[rank].distance = distance(nearest[rank].distance) }
    return found
  }

  private func distance(_ squares: Double) -> Double {
    (squares / Double(featureCount)).squareRoot()
  }

  /// Sum of the squared differences from a reference; where it reaches `limit`, any number from
  /// there on.
  private func squares(
    to reference: Int, _ features: Span<Float>, from start: Int, limit: Double
  ) -> Double {
    let all = self.features.span
    let row = reference * featureCount
    var squares = 0.0
    var feature = 0
    // Blocks keep the order of the sum fixed and make giving up early cheap; four sums in a block
    // do not wait for each other.
    while feature + 16 <= featureCount, squares < limit {
      var sums = SIMD4<Double>(repeating: 0)
      for part in 0..<4 {
        let place = feature + 4 * part
        let one = Self.four(features, start + place)
        let other = Self.four(all, row + place)
        sums += (one - other) * (one - other)
      }
      squares += (sums[0] + sums[1]) + (sums[2] + sums[3])
      feature += 16
    }
    while feature < featureCount, squares < limit {
      let difference = Double(features[start + feature]) - Double(all[row + feature])
      squares += difference * difference
      feature += 1
    }
    return squares
  }

  /// Whether two references are sites of one material: their identifiers agree up to the first
  /// "/", or altogether where there is none.
  func areOfOneMaterial(_ one: Int, _ other: Int) -> Bool {
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

  private static func four(_ values: Span<Float>, _ index: Int) -> SIMD4<Double> {
    SIMD4(
      Double(values[index]), Double(values[index + 1]), Double(values[index + 2]),
      Double(values[index + 3]))
  }

  /// Whether the neighbours differ in a property by more than its 95 % interval is wide.
  func disagree(
    _ neighbors: InlineArray<3, Neighbor>, _ count: Int, _ estimates: InlineArray<6, Estimate>
  ) -> Bool {
    for property in MaterialProperty.allCases {
      var (lowest, highest) = (Double.infinity, -Double.infinity)
      for rank in 0..<count {
        let value = properties.span[neighbors[rank].reference][property]
        // A missing value is NaN, which neither comparison takes.
        if value < lowest { lowest = value }
        if value > highest { highest = value }
      }
      if highest - lowest > 2 * estimates[property.rawValue].halfWidth95 { return true }
    }
    return false
  }
}
