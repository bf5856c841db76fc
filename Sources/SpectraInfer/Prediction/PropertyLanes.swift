/// One number for each property, reckoned with together: the same operation on all six at once.
///
/// Three pairs, as the vectors of the processors that the library is built for hold two doubles.
struct PropertyLanes: ChannelWeight {
  static let count = 6

  private var first: SIMD2<Double>
  private var second: SIMD2<Double>
  private var third: SIMD2<Double>

  static var zero: Self { Self(.zero, .zero, .zero) }

  private init(_ first: SIMD2<Double>, _ second: SIMD2<Double>, _ third: SIMD2<Double>) {
    (self.first, self.second, self.third) = (first, second, third)
  }

  init(repeating value: Double) {
    let pair = SIMD2(value, value)
    self.init(pair, pair, pair)
  }

  /// The numbers that `value` has for each lane, 0 to 5.
  init(_ value: (Int) -> Double) {
    self.init(
      SIMD2(value(0), value(1)), SIMD2(value(2), value(3)), SIMD2(value(4), value(5)))
  }

  subscript(lane: Int) -> Double {
    get {
      switch lane / 2 {
      case 0: first[lane % 2]
      case 1: second[lane % 2]
      default: third[lane % 2]
      }
    }
    set {
      switch lane / 2 {
      case 0: first[lane % 2] = newValue
      case 1: second[lane % 2] = newValue
      default: third[lane % 2] = newValue
      }
    }
  }

  /// With 0 in place of what is below it.
  var clamped: Self {
    Self { max(self[$0], 0) }
  }

  static func + (one: Self, other: Self) -> Self {
    Self(one.first + other.first, one.second + other.second, one.third + other.third)
  }

  static func * (one: Self, other: Self) -> Self {
    Self(one.first * other.first, one.second * other.second, one.third * other.third)
  }
}
