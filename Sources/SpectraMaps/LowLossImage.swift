/// The low-loss spectra of an image: one for each pixel, or one for all.
package enum LowLossImage: Sendable {
  case each(SpectrumImage)
  case shared(energies: [Double], intensities: [Float])

  /// Energy of each channel, eV.
  var energies: [Double] {
    switch self {
    case .each(let image): image.energies
    case .shared(let energies, _): energies
    }
  }

  /// Values from the spectrum of a pixel to that of the next.
  var stride: Int {
    switch self {
    case .each(let image): image.energies.count
    case .shared: 0
    }
  }
}
