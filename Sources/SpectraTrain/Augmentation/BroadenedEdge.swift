import SpectraIO

/// The broadened edge of one site as a table, which is read in a few nanoseconds a channel.
struct BroadenedEdge: Sendable {
  private let intensities: [Float]

  /// Tabulates the edge on the fine axis of `TransitionBroadening`.
  init(_ site: SimulatedSite, _ broadening: TransitionBroadening) {
    intensities = broadening.spectrum(of: site).intensities
  }

  /// Intensity at an energy (eV from the threshold), linear between the points of the table, 0
  /// before it and held behind it.
  func intensity(at energy: Double) -> Double {
    let place = (energy - TransitionBroadening.axisStart) / TransitionBroadening.channelWidth
    guard place > 0 else { return 0 }
    let last = intensities.count - 1
    guard place < Double(last) else { return Double(intensities[last]) }
    let below = Int(place)
    let (low, high) = (Double(intensities[below]), Double(intensities[below + 1]))
    return low + (place - Double(below)) * (high - low)
  }
}
