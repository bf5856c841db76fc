/// The estimates of all six properties, reckoned with together, each in its property's unit.
struct EstimateLanes {
  private let value: PropertyLanes
  private var standardError: PropertyLanes
  private var halfWidth68: PropertyLanes
  private(set) var halfWidth95: PropertyLanes
  private var measurementError = PropertyLanes.zero

  /// Of a spectrum without noise.
  init(
    value: PropertyLanes, standardError: PropertyLanes, halfWidth68: PropertyLanes,
    halfWidth95: PropertyLanes
  ) {
    self.value = value
    self.standardError = standardError
    self.halfWidth68 = halfWidth68
    self.halfWidth95 = halfWidth95
  }

  /// Adds the error of the measurement.
  ///
  /// - Parameters:
  ///   - variance: of the measurement, not negative.
  ///   - modelVariance: what the standard error is the square root of.
  mutating func widen(by variance: PropertyLanes, modelVariance: PropertyLanes) {
    // Where there is no noise the widths stay: the way by their squares would round them.
    let isNoisy = variance.isPositive
    standardError = standardError.replaced(by: (modelVariance + variance).squareRoot(), isNoisy)
    halfWidth68 = halfWidth68.replaced(
      by: (halfWidth68 * halfWidth68 + variance).squareRoot(), isNoisy)
    halfWidth95 = halfWidth95.replaced(
      by: (halfWidth95 * halfWidth95 + 1.96 * 1.96 * variance).squareRoot(), isNoisy)
    measurementError = variance.squareRoot()
  }

  /// Writes them property by property.
  @inline(__always)
  func store(into estimates: inout InlineArray<6, Estimate>) {
    for property in estimates.indices {
      estimates[property] = Estimate(
        value: value[property], standardError: standardError[property],
        halfWidth68: halfWidth68[property], halfWidth95: halfWidth95[property],
        measurementError: measurementError[property])
    }
  }
}
