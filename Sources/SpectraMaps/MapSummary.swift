package import SpectraInfer

/// How many pixels were predicted, how many not and why, how many carry each flag, and what the
/// properties are on average.
package struct MapSummary: Sendable {
  /// The average of a property over the pixels with a prediction; NaN without any.
  package struct Moments: Sendable {
    package let property: MaterialProperty
    /// Mean over the pixels.
    package let mean: Double
    /// Standard deviation over the pixels.
    package let deviation: Double
    /// Mean of the standard errors of the pixels.
    package let meanError: Double
  }

  /// Sums over the pixels whose value is a number.
  private struct Sums {
    var (count, sum, squares) = (0.0, 0.0, 0.0)
    /// The first value, near which all others are.
    var first: Double?

    mutating func add(_ value: Double) {
      guard value.isFinite else { return }
      let difference = value - (first ?? value)
      first = first ?? value
      count += 1
      sum += difference
      squares += difference * difference
    }

    var mean: Double { count > 0 ? (first ?? 0) + sum / count : .nan }
    var deviation: Double {
      count > 0 ? max(0, squares / count - (sum / count) * (sum / count)).squareRoot() : .nan
    }
  }

  /// Pixels with a prediction.
  package private(set) var predictedCount = 0
  /// Pixels with each of the 32 flags.
  package private(set) var flagCounts = [Int](repeating: 0, count: 32)
  private var failures: [UInt32: Int] = [:]
  private var sums: [MapLayer: Sums] = [:]

  package init() {}

  /// Adds pixels of a map, as their bits.
  package mutating func add(_ bits: [UInt32], of layer: MapLayer) {
    switch layer {
    case .status:
      for status in bits {
        if status == 0 { predictedCount += 1 } else { failures[status, default: 0] += 1 }
      }
    case .flags:
      for flags in bits where flags != 0 {
        for bit in 0..<32 where flags & (1 << UInt32(bit)) != 0 { flagCounts[bit] += 1 }
      }
    case .value, .error, .novelty, .onset:
      var sums = sums[layer] ?? Sums()
      for word in bits { sums.add(Double(Float(bitPattern: word))) }
      self.sums[layer] = sums
    }
  }

  /// Pixels without a prediction.
  package var failedCount: Int { failures.values.reduce(0, +) }

  /// The reasons, the most frequent first, the lower number where they are as frequent.
  package var reasons: [(status: UInt32, count: Int)] {
    failures.map { (status: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.status) < ($0.count, $1.status) }
  }

  /// Why a pixel has no prediction, in a few words.
  package static func reason(_ status: UInt32) -> String {
    if status == MapLayer.missing { return "not reached" }
    return Int32(exactly: status).flatMap(SpectraError.Code.init(rawValue:))?.reason
      ?? "status \(status)"
  }

  /// The flags that some pixel carries, with their number of pixels.
  package var flags: [(flag: PredictionFlags, count: Int)] {
    PredictionFlags.all.compactMap { flag in
      let count = flagCounts[flag.rawValue.trailingZeroBitCount]
      return count > 0 ? (flag: flag, count: count) : nil
    }
  }

  /// The averages of the properties.
  package var properties: [Moments] {
    MaterialProperty.allCases.map { property in
      let values = sums[.value(property)] ?? Sums()
      return Moments(
        property: property, mean: values.mean, deviation: values.deviation,
        meanError: (sums[.error(property)] ?? Sums()).mean)
    }
  }
}
