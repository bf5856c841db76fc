/// A measured or simulated spectrum as it comes: raw intensities on an energy axis, borrowed.
public struct Spectrum: ~Escapable {
  // Squares and sums of this many counts stay far from overflow in double precision.
  static let intensityMaximum: Float = 1e30

  /// The energies of the channels, eV.
  public let axis: EnergyAxis
  private let intensities: Span<Float>
  private let stride: Int
  private let variances: Span<Float>?

  /// Checks the intensities.
  ///
  /// - Parameters:
  ///   - axis: energies of the channels.
  ///   - intensities: channel `c` is `intensities[c * stride]`, in counts or any unit proportional
  ///     to them.
  ///   - stride: values from one channel to the next, 1 or more.
  ///   - variances: variance of each channel's noise, in the square of the intensities' unit; nil
  ///     where it is not known.
  /// - Throws: `.count` where intensities or variances do not fit the axis; `.notFinite` for NaN,
  ///   infinities, magnitudes above 1e30, and variances below zero.
  /// - Complexity: O(channels).
  @_lifetime(copy axis, copy intensities, copy variances)
  public init(
    axis: EnergyAxis, intensities: Span<Float>, stride: Int = 1, variances: Span<Float>? = nil
  ) throws(SpectraError) {
    let (last, overflow) = (axis.count - 1).multipliedReportingOverflow(by: stride)
    guard stride >= 1, !overflow, last < intensities.count else {
      throw SpectraError(
        .count, "there must be one intensity for each energy",
        found: Double(intensities.count), expected: Double(axis.count))
    }
    // Most are side by side, and right.
    let areRight =
      stride == 1
      && axis.kernel.areWithin(Self.intensityMaximum, intensities.extracting(..<axis.count))
    for channel in 0..<(areRight ? 0 : axis.count) {
      // Written so that NaN fails too.
      guard intensities[channel * stride].magnitude <= Self.intensityMaximum else {
        throw SpectraError(
          .notFinite,
          "an intensity is NaN, infinite or above 1e30; replace the channel of this number",
          found: Double(channel))
      }
    }
    if let variances { try Self.check(variances, count: axis.count) }
    self.axis = axis
    self.intensities = intensities
    self.stride = stride
    self.variances = variances
  }

  private static func check(_ variances: Span<Float>, count: Int) throws(SpectraError) {
    guard variances.count >= count else {
      throw SpectraError(
        .count, "there must be one variance for each energy", found: Double(variances.count),
        expected: Double(count))
    }
    for channel in 0..<count {
      guard variances[channel] >= 0, variances[channel].isFinite else {
        throw SpectraError(
          .notFinite,
          "a variance is NaN, infinite or below zero; replace that of the channel of this number",
          found: Double(channel))
      }
    }
  }

  /// The same intensities on another axis of as many channels.
  @_lifetime(copy self, copy axis)
  func on(_ axis: EnergyAxis) -> Spectrum {
    Spectrum(axis: axis, self)
  }

  @_lifetime(copy axis, copy other)
  private init(axis: EnergyAxis, _ other: Spectrum) {
    self.axis = axis
    intensities = other.intensities
    stride = other.stride
    variances = other.variances
  }

  /// Number of channels.
  public var count: Int { axis.count }

  /// Intensity of a channel.
  public func intensity(_ channel: Int) -> Double {
    Double(intensities[channel * stride])
  }

  /// Lends the intensities, of which channel `c` is at `c` times the stride.
  @unsafe
  func withUnsafeIntensities<Answer>(
    _ body: (_ first: UnsafePointer<Float>, _ stride: Int) -> Answer
  ) -> Answer {
    unsafe intensities.withUnsafeBufferPointer { buffer in
      guard let first = buffer.baseAddress else { preconditionFailure("there are 2 channels") }
      return unsafe body(first, stride)
    }
  }

  /// Whether the variances of the channels are known.
  public var hasVariances: Bool { variances != nil }

  /// Variance of a channel's noise, where it is known.
  public func variance(_ channel: Int) -> Double? {
    guard let variances else { return nil }
    return Double(variances[channel])
  }
}
