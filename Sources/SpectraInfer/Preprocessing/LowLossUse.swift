/// What a low-loss spectrum is used for; raw values are the `SPECTRA_LOW_LOSS_*` of the C header.
public struct LowLossUse: OptionSet, Sendable {
  /// The bits of the C header.
  public let rawValue: UInt32

  /// Uses from the bits of the C header.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The zero-loss peak is 0 eV of the spectrum's axis too, as in dual EELS.
  public static let align = LowLossUse(rawValue: 1 << 0)
  /// The width of the zero-loss peak is the resolution.
  public static let resolution = LowLossUse(rawValue: 1 << 1)
  /// Plural scattering is removed by Fourier-ratio deconvolution.
  public static let deconvolve = LowLossUse(rawValue: 1 << 2)

  /// Every use there is.
  public static let all: LowLossUse = [.align, .resolution, .deconvolve]
}
