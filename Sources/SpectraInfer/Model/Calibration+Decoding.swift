extension Calibration {
  /// Reads the calibration of a model file.
  init(decoding value: JSONValue) throws(SpectraError) {
    try value.requireMembers(["novelty", "properties"])
    let errorScales = try Self.errorScales(decoding: value.member("properties"))
    let novelty = try value.member("novelty")
    try novelty.requireMembers(["distances", "flag_level"])
    let flagLevel = try novelty.member("flag_level").number(0...1)
    let distances = try Self.distances(decoding: novelty.member("distances"))
    self.errorScales = errorScales
    self.distances = distances
    self.flagLevel = flagLevel
  }

  private static func errorScales(
    decoding list: JSONValue
  ) throws(SpectraError) -> Storage<ErrorScales> {
    let count = MaterialProperty.allCases.count
    _ = try list.arrayCount(count...count)
    var scales = ErrorScales()
    for index in 0..<count {
      let entry = list.element(index)
      try entry.requireMembers([
        "base", "novelty_weight", "quantile_68", "quantile_95", "spread_weight",
      ])
      scales.base[index] = try entry.member("base").number(0...1e9)
      scales.spreadWeight[index] = try entry.member("spread_weight").number(0...1e6)
      scales.noveltyWeight[index] = try entry.member("novelty_weight").number(0...1e6)
      scales.quantile68[index] = try entry.member("quantile_68").number(0...1e6)
      scales.quantile95[index] = try entry.member("quantile_95").number(0...1e6)
      guard scales.quantile95[index] >= scales.quantile68[index] else {
        throw try entry.member("quantile_95").error(
          "must not be below quantile_68", found: scales.quantile95[index],
          expected: scales.quantile68[index])
      }
    }
    return try Storage(repeating: scales, count: 1)
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
