internal import CKernels

extension Calibration {
  private static var propertyCount: Int { MaterialProperty.allCases.count }

  /// Reads the calibration of a model file, and the scales of its properties.
  init(
    decoding value: JSONValue, targets: JSONValue, formatVersion: Int, kernel: spectra_kernel
  ) throws(SpectraError) {
    try targets.requireMembers(["mean", "scale"])
    var rule = Rule()
    rule.targetMean = try PropertyLanes(PropertyValues(decoding: targets.member("mean")))
    rule.targetScale = try PropertyLanes(
      PropertyValues(decoding: targets.member("scale"), range: 1e-9...1e9))
    let isFirstFormat = formatVersion == 1
    if isFirstFormat {
      try value.requireMembers(["novelty", "properties"])
    } else {
      try value.requireMembers(["novelty", "properties", "quantile_distances"])
    }
    let properties = try value.member("properties")
    _ = try properties.arrayCount(Self.propertyCount...Self.propertyCount)
    let errorQuantiles =
      isFirstFormat
      ? try Self.onlyErrorQuantiles(decoding: properties)
      : try Self.errorQuantiles(decoding: properties, at: value.member("quantile_distances"))
    try Self.decode(properties, into: &rule)
    let novelty = try value.member("novelty")
    try novelty.requireMembers(["distances", "flag_level"])
    let flagLevel = try novelty.member("flag_level").number(0...1)
    let distances = try Self.distances(decoding: novelty.member("distances"))
    self.rule = try Storage(repeating: rule, count: 1)
    self.errorQuantiles = errorQuantiles
    self.distances = distances
    self.flagLevel = flagLevel
    self.kernel = kernel
  }

  private static func decode(
    _ list: JSONValue, into rule: inout Rule
  ) throws(SpectraError) {
    for index in 0..<propertyCount {
      let entry = list.element(index)
      let base = try entry.member("base").number(0...1e9)
      let spread = try entry.member("spread_weight").number(0...1e6) * rule.targetScale[index]
      let novelty = try entry.member("novelty_weight").number(0...1e6)
      rule.base[index] = base * base
      rule.spread[index] = spread * spread
      rule.novelty[index] = novelty * novelty
    }
  }

  /// Format 1: one quantile of each property, for all distances.
  private static func onlyErrorQuantiles(
    decoding list: JSONValue
  ) throws(SpectraError) -> Storage<ErrorQuantiles> {
    var quantiles = ErrorQuantiles()
    for index in 0..<propertyCount {
      let entry = list.element(index)
      try entry.requireMembers([
        "base", "novelty_weight", "quantile_68", "quantile_95", "spread_weight",
      ])
      quantiles.at68[index] = try entry.member("quantile_68").number(0...1e6)
      quantiles.at95[index] = try entry.member("quantile_95").number(0...1e6)
      guard quantiles.at95[index] >= quantiles.at68[index] else {
        throw try entry.member("quantile_95").error(
          "must not be below quantile_68", found: quantiles.at95[index],
          expected: quantiles.at68[index])
      }
    }
    return try Storage(repeating: quantiles, count: 1)
  }

  /// Format 2: quantiles of each property at rising distances.
  private static func errorQuantiles(
    decoding list: JSONValue, at distances: JSONValue
  ) throws(SpectraError) -> Storage<ErrorQuantiles> {
    let count = try distances.arrayCount(ModelLimits.quantileDistances)
    var quantiles = try Storage(repeating: ErrorQuantiles(), count: count)
    var places = quantiles.mutableSpan
    for place in 0..<count {
      places[place].distance = try distances.element(place).number(0...1e9)
      if place > 0, places[place].distance <= places[place - 1].distance {
        throw distances.element(place).error("must be above the one before")
      }
    }
    for index in 0..<propertyCount {
      let entry = list.element(index)
      try entry.requireMembers([
        "base", "novelty_weight", "quantiles_68", "quantiles_95", "spread_weight",
      ])
      let (at68, at95) = try (entry.member("quantiles_68"), entry.member("quantiles_95"))
      _ = try at68.arrayCount(count...count)
      _ = try at95.arrayCount(count...count)
      for place in 0..<count {
        let (low, high) = try (
          at68.element(place).number(0...1e6), at95.element(place).number(0...1e6)
        )
        guard high >= low else {
          throw at95.element(place).error(
            "must not be below quantiles_68", found: high, expected: low)
        }
        places[place].at68[index] = low
        places[place].at95[index] = high
      }
    }
    return quantiles
  }

  private static func distances(
    decoding quantiles: JSONValue
  ) throws(SpectraError) -> Storage<Double> {
    _ = try quantiles.arrayCount(noveltyCount...noveltyCount)
    var distances = try Storage(repeating: 0.0, count: noveltyCount)
    var places = distances.mutableSpan
    for index in 0..<noveltyCount {
      places[index] = try quantiles.element(index).number(0...1e9)
      if index > 0, places[index] < places[index - 1] {
        throw quantiles.element(index).error("must not be below the one before")
      }
    }
    return distances
  }
}

extension PropertyValues {
  /// Reads one number for each property; null, where `allowsMissing`, becomes NaN.
  init(
    decoding list: JSONValue, range: ClosedRange<Double> = -1e9...1e9, allowsMissing: Bool = false
  ) throws(SpectraError) {
    self.init(repeating: .nan)
    let count = MaterialProperty.allCases.count
    _ = try list.arrayCount(count...count)
    for property in MaterialProperty.allCases {
      let entry = list.element(property.rawValue)
      if entry.isNull && allowsMissing { continue }
      self[property] = try entry.number(range)
    }
  }
}
