/// The reference spectra of a model: prepared intensities, identifiers and simulated properties.
struct ReferenceLibrary: ~Copyable {
  let count: Int
  let featureCount: Int
  /// [count][featureCount].
  let features: Storage<Float>
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
    let all = self.features.span
    for reference in 0..<count {
      let limit = nearest[nearestMaximum - 1].distance
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
      guard squares < limit else { continue }
      var rank = nearestMaximum - 1
      while rank > 0, nearest[rank - 1].distance > squares {
        nearest[rank] = nearest[rank - 1]
        rank -= 1
      }
      nearest[rank] = Neighbor(reference: reference, distance: squares)
    }
    for rank in 0..<nearestMaximum {
      nearest[rank].distance = (nearest[rank].distance / Double(featureCount)).squareRoot()
    }
    return (nearest, min(count, nearestMaximum))
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
