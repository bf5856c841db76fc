import CKernels

/// A pseudorandom generator that gives the same numbers for the same seed, on every machine and
/// with every version of Swift.
///
/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014, figure 16): a counter in steps of the golden
/// ratio, mixed by two multiplications. Its period is 2^64. It is no generator for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
  private var state: UInt64
  private var spareNormal: Double?

  /// Starts the sequence of `seed`.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mix(state)
  }

  /// Replaces `count` words from `first` on by the next `count` times 64 random bits.
  public mutating func fill(_ words: inout [UInt64], at first: Int, count: Int) {
    var words = words.mutableSpan
    for index in first..<first + count { words[index] = next() }
  }

  /// Goes on as if `next()` had been called `count` times.
  ///
  /// - Complexity: O(1).
  public mutating func skip(_ count: Int) {
    state &+= UInt64(count) &* Self.step
  }

  /// A number from the uniform distribution on [0, 1), a multiple of 2^-53.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number from the normal distribution of mean 0 and standard deviation 1.
  ///
  /// Box and Muller (Ann. Math. Statist. 29 (1958) 610): two uniform numbers u and v give the two
  /// normal numbers sqrt(-2 ln u) cos(2 pi v) and sqrt(-2 ln u) sin(2 pi v); the second is kept for
  /// the next call.
  public mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let radius = (-2 * log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spareNormal = radius * sin(angle)
    return radius * cos(angle)
  }

  /// A whole number from 0 ..< `bound`, each with the same probability.
  ///
  /// Lemire's multiplication with rejection (ACM Trans. Model. Comput. Simul. 29 (2019) 3).
  public mutating func index(below bound: Int) -> Int {
    precondition(bound > 0, "A random index needs a bound above zero.")
    let range = UInt64(bound)
    let threshold = (0 &- range) % range
    while true {
      let product = next().multipliedFullWidth(by: range)
      if product.low >= threshold { return Int(product.high) }
    }
  }

  /// Puts `values` in random order, each order with the same probability (Fisher and Yates).
  ///
  /// Unlike the shuffle of the standard library, its use of the random numbers is fixed.
  public mutating func shuffle<Element>(_ values: inout [Element]) {
    for last in stride(from: values.count - 1, to: 0, by: -1) {
      values.swapAt(last, index(below: last + 1))
    }
  }

  /// A generator of its own for purpose `index`, from where this one stands; this one does not
  /// advance.
  ///
  /// Numbers drawn for one purpose then do not change those of another.
  public func stream(_ index: UInt64) -> SeededGenerator {
    SeededGenerator(seed: Self.mix(Self.mix(state) ^ Self.mix(index &+ 0x6A09_E667_F3BC_C909)))
  }

  /// The first number of the stream `index`: a seed for what takes one.
  public func seed(ofStream index: UInt64) -> UInt64 {
    var stream = stream(index)
    return stream.next()
  }

  /// 2^64 over the golden ratio, made odd.
  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func mix(_ bits: UInt64) -> UInt64 {
    var z = bits
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
