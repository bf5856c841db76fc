/// A predicted value with its standard error and intervals, in the property's unit.
public struct Estimate: Sendable, Equatable, BitwiseCopyable {
  /// The prediction.
  public var value: Double
  /// One standard deviation of the error expected on a material not seen in training.
  public var standardError: Double
  /// Half the width of the interval that holds the true value in 68 of 100 cases.
  public var halfWidth68: Double
  /// Half the width of the interval that holds the true value in 95 of 100 cases.
  public var halfWidth95: Double
  /// The part of the standard error that comes from this measurement's noise and energy axis.
  public var measurementError: Double

  package init(
    value: Double, standardError: Double, halfWidth68: Double, halfWidth95: Double,
    measurementError: Double = 0
  ) {
    self.value = value
    self.standardError = standardError
    self.halfWidth68 = halfWidth68
    self.halfWidth95 = halfWidth95
    self.measurementError = measurementError
  }
}
