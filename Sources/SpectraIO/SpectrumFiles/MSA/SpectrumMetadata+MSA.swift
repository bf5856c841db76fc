extension SpectrumMetadata {
  /// Takes over a key with a number and a unit; what is not understood stays as it stands.
  ///
  /// Where a key names no unit, that of the standard holds: kV, mrad, ms.
  mutating func addQuantity(of keyword: MSAKeyword) {
    let number = keyword.number.flatMap { $0 > 0 ? $0 : nil }
    switch (keyword.name, keyword.unit, number) {
    case ("BEAMKV", "", .some(let value)), ("BEAMKV", "kv", .some(let value)),
      ("BEAMKV", "kev", .some(let value)):
      beamEnergy = value
    case ("BEAMKV", "v", .some(let value)), ("BEAMKV", "ev", .some(let value)):
      beamEnergy = value / 1e3
    case ("CONVANGLE", _, .some(let value)):
      convergenceAngle = Self.milliradians(value, keyword.unit)
      if convergenceAngle == nil { add(keyword.spelling, keyword.value) }
    case ("COLLANGLE", _, .some(let value)):
      collectionAngle = Self.milliradians(value, keyword.unit)
      if collectionAngle == nil { add(keyword.spelling, keyword.value) }
    case ("INTEGTIME", "", .some(let value)), ("INTEGTIME", "ms", .some(let value)):
      exposure = value / 1e3
    case ("INTEGTIME", "s", .some(let value)):
      exposure = value
    // A time for each point of a serial detector or of a scan; the time of integration goes before.
    case ("DWELLTIME", "", .some(let value)), ("DWELLTIME", "ms", .some(let value)):
      if exposure == nil { exposure = value / 1e3 } else { add(keyword.spelling, keyword.value) }
    case ("DWELLTIME", "s", .some(let value)):
      if exposure == nil { exposure = value } else { add(keyword.spelling, keyword.value) }
    default: add(keyword.spelling, keyword.value)
    }
  }

  private static func milliradians(_ value: Double, _ unit: String) -> Double? {
    switch unit {
    case "", "mr", "mrad": value
    case "rad": value * 1e3
    case "dg", "deg": value * .pi / 180 * 1e3
    default: nil
    }
  }
}
