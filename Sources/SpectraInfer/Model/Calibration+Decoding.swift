extension Calibration {
  /// Reads the calibration of a model file.
  init(decoding value: JSONValue) throws(SpectraError) {
    try value.requireMembers(["novelty", "properties"])
    let count = MaterialProperty.allCases.count
    let list = try value.member("properties")
    _ = try list.arrayCount(count...count)
    for index in 0..<count {
      let entry = list.element(index)
      try entry.requireMembers([
        "base", "novelty_weight", "quantile_68", "quantile_95", "spread_weight",
      ])
      properties[index] = try Property(
        base: entry.member("base").number(0...1e9),
        spreadWeight: entry.member("spread_weight").number(0...1e6),
        noveltyWeight: entry.member("novelty_weight").number(0...1e6),
        quantile68: entry.member("quantile_68").number(0...1e6),
        quantile95: entry.member("quantile_95").number(0...1e6))
      guard properties[index].quantile95 >= properties[index].quantile68 else {
        throw try entry.member("quantile_95").error(
          "must not be below quantile_68", found: properties[index].quantile95,
          expected: properties[index].quantile68)
      }
    }
    let novelty = try value.member("novelty")
    try novelty.requireMembers(["distances", "flag_level"])
    flagLevel = try novelty.member("flag_level").number(0...1)
    let quantiles = try novelty.member("distances")
    _ = try quantiles.arrayCount(Self.noveltyCount...Self.noveltyCount)
    for index in 0..<Self.noveltyCount {
      distances[index] = try quantiles.element(index).number(0...1e9)
      if index > 0, distances[index] < distances[index - 1] {
        throw quantiles.element(index).error("must not be below the one before")
      }
    }
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
