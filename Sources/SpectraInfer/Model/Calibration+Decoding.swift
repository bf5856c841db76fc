extension Calibration {
  /// Reads the calibration of a model file.
  init(decoding value: JSONValue) throws(SpectraError) {
    try value.requireMembers(["novelty", "properties"])
    let properties = try Self.properties(decoding: value.member("properties"))
    let novelty = try value.member("novelty")
    try novelty.requireMembers(["distances", "flag_level"])
    let flagLevel = try novelty.member("flag_level").number(0...1)
    let distances = try Self.distances(decoding: novelty.member("distances"))
    self.properties = properties
    self.distances = distances
    self.flagLevel = flagLevel
  }

  private static func properties(
    decoding list: JSONValue
  ) throws(SpectraError) -> Storage<Property> {
    let count = MaterialProperty.allCases.count
    _ = try list.arrayCount(count...count)
    var properties = try Storage(repeating: Property(), count: count)
    var places = properties.mutableSpan
    for index in 0..<count {
      let entry = list.element(index)
      try entry.requireMembers([
        "base", "novelty_weight", "quantile_68", "quantile_95", "spread_weight",
      ])
      let property = try Property(
        base: entry.member("base").number(0...1e9),
        spreadWeight: entry.member("spread_weight").number(0...1e6),
        noveltyWeight: entry.member("novelty_weight").number(0...1e6),
        quantile68: entry.member("quantile_68").number(0...1e6),
        quantile95: entry.member("quantile_95").number(0...1e6))
      guard property.quantile95 >= property.quantile68 else {
        throw try entry.member("quantile_95").error(
          "must not be below quantile_68", found: property.quantile95,
          expected: property.quantile68)
      }
      places[index] = property
    }
    return properties
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
