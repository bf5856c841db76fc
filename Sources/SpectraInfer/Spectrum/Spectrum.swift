/// A measured or simulated spectrum as it comes: raw intensities on an energy axis, borrowed.
public struct Spectrum: ~Escapable {
  // Squares and sums of this many counts stay far from overflow in double precision.
  static let intensityMaximum: Float = 1e30

  /// The energies of the channels, eV.
  public let axis: EnergyAxis
  private let intensities: Span<Float>
  private let stride: Int

  /// Checks the intensities.
  ///
  /// - Parameters:
  ///   - axis: energies of the channels.
  ///   - intensities: channel `c` is `intensities[c * stride]`, in counts or any unit proportional
  ///     to them.
  ///   - stride: values from one channel to the next, 1 or more.
  /// - Throws: `.count` where the intensities do not fit the axis; `.notFinite` for NaN, infinities
  ///   and magnitudes above 1e30.
  /// - Complexity: O(channels).
  @_lifetime(copy axis, copy intensities)
  public init(axis: EnergyAxis, intensities: Span<Float>, stride: Int = 1) throws(SpectraError) {
    let (last, overflow) = (axis.count - 1).multipliedReportingOverflow(by: stride)
    guard stride >= 1, !overflow, last < intensities.count else {
      throw SpectraError(
        .count, "there must be one intensity for each energy",
        found: Double(intensities.count), expected: Double(axis.count))
    }
    for channel in 0..<axis.count {
      // Written so that NaN fails too.
      guard intensities[channel * stride].magnitude <= Self.intensityMaximum else {
        throw SpectraError(
          .notFinite,
          "an intensity is NaN, infinite or above 1e30; replace the channel of this number",
          found: Double(channel))
      }
    }
    self.axis = axis
    self.intensities = intensities
    self.stride = stride
  }

  /// Number of channels.
  public var count: Int { axis.count }

  /// Intensity of a channel.
  public func intensity(_ channel: Int) -> Double {
    Double(intensities[channel * stride])
  }
}
