/// Memory for the integral of a spectrum over its channels.
struct ChannelIntegral: ~Copyable {
  private var integral: Region<Double>
  private var halfSlopes: Region<Double>

  init(integral: consuming Region<Double>, halfSlopes: consuming Region<Double>) {
    self.integral = integral
    self.halfSlopes = halfSlopes
  }

  /// Integrates the straight lines between some channels of a spectrum.
  ///
  /// - Parameters:
  ///   - energies: of the spectrum's channels, eV.
  ///   - signal: their intensities.
  /// - Complexity: O(channels).
  mutating func fill(
    _ channels: Range<Int>, energies: Span<Double>, signal: Span<Double>, _ kernel: ChannelKernel
  ) {
    // Two fields can be changed at once only where each is an argument of its own.
    Self.fill(
      &integral, &halfSlopes, channels, energies: energies, signal: signal, kernel)
  }

  private static func fill(
    _ integral: inout Region<Double>, _ halfSlopes: inout Region<Double>, _ channels: Range<Int>,
    energies: Span<Double>, signal: Span<Double>, _ kernel: ChannelKernel
  ) {
    var sums = integral.mutableSpan(channels.upperBound)
    var ownSums = sums._mutatingExtracting(channels)
    var slopes = halfSlopes.mutableSpan(channels.upperBound)
    var ownSlopes = slopes._mutatingExtracting(channels)
    kernel.integrate(
      signal.extracting(channels), over: energies.extracting(channels), into: &ownSums,
      halfSlopes: &ownSlopes)
  }

  /// The integral of the channels that were integrated last.
  @_lifetime(borrow self, copy energies, copy signal)
  func cumulative(
    _ channels: Range<Int>, energies: Span<Double>, signal: Span<Double>
  ) -> CumulativeIntensity {
    CumulativeIntensity(
      channels, energies: energies, signal: signal, integral: integral.span(channels.upperBound),
      halfSlopes: halfSlopes.span(channels.upperBound))
  }
}
