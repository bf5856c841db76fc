/// The energies of a spectrum's channels, in eV: finite and strictly increasing, borrowed from the
/// caller.
public struct EnergyAxis: ~Escapable {
  /// The most channels that a spectrum may have.
  public static let channelCountMaximum = 16_777_216
  // Beyond this an axis is not one of core-loss energies in eV, and squares of it lose digits.
  static let energyMaximum = 1e7

  /// Energy of each channel, eV.
  public let energies: Span<Double>
  /// The loops over its channels.
  let kernel: ChannelKernel

  /// Checks the energies, once for all spectra that share them.
  ///
  /// - Throws: `.count` below 2 channels or above the maximum; `.axis` where an energy is not
  ///   finite, not above the one before, or not in eV.
  /// - Complexity: O(channels).
  @_lifetime(copy energies)
  public init(_ energies: Span<Double>) throws(SpectraError) {
    try self.init(energies, .baseline)
  }

  /// Checks the energies, and later the intensities on them, with the instructions that were found
  /// before.
  @_lifetime(copy energies)
  package init(_ energies: Span<Double>, _ kernel: ChannelKernel) throws(SpectraError) {
    guard energies.count >= 2, energies.count <= Self.channelCountMaximum else {
      throw SpectraError(
        .count, "a spectrum needs 2 to 16777216 channels", found: Double(energies.count))
    }
    self.energies = energies
    self.kernel = kernel
    guard kernel.areRising(energies), first >= -Self.energyMaximum, last <= Self.energyMaximum
    else { throw Self.fault(in: energies) }
  }

  /// What is wrong with energies of which something is.
  private static func fault(in energies: Span<Double>) -> SpectraError {
    var previous = -Double.infinity
    for channel in energies.indices {
      let energy = energies[channel]
      guard energy.magnitude <= energyMaximum else {
        return SpectraError(
          .axis, "the energy axis must be finite and in eV; see the channel of this number",
          found: Double(channel))
      }
      guard energy > previous else {
        return SpectraError(
          .axis,
          """
          energies must increase strictly; sort the channels or reverse the axis, \
          see the channel of this number
          """, found: Double(channel))
      }
      previous = energy
    }
    // Not reached: the loop finds what the kernel found.
    return SpectraError(.axis, "the energy axis must be finite and in eV")
  }

  /// An axis that was checked before, scaled by a factor above 0 and shifted.
  @_lifetime(copy energies)
  init(calibrated energies: Span<Double>) {
    self.energies = energies
    kernel = .baseline
  }

  /// Number of channels.
  public var count: Int { energies.count }
  /// Energy of the first channel, eV.
  public var first: Double { energies[0] }
  /// Energy of the last channel, eV.
  public var last: Double { energies[energies.count - 1] }

  /// The first channel whose energy is at least `energy`; `count` where there is none.
  ///
  /// - Complexity: O(log channels), and O(1) where channels are even.
  func channel(atOrAbove energy: Double) -> Int {
    var low = 0
    var high = count
    // Channels are even on most axes, where the answer is behind this place: looked at first, as
    // halving is guessed wrong by the processor half of the time.
    let place = (energy - first) / (last - first) * Double(count - 1)
    if place > 0, place < Double(count - 1) {
      let channel = Int(place)
      if energies[channel] >= energy {
        high = channel
      } else if energies[channel + 1] >= energy {
        return channel + 1
      } else {
        low = channel + 2
      }
    }
    while low < high {
      let middle = (low + high) / 2
      if energies[middle] < energy { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
