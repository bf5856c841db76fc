/// What is done to the channels before the axis is aligned.
extension Preprocessor {
  /// Copies the intensities, looks for defects, and for spikes where asked.
  func clean(
    _ spectrum: borrowing Spectrum, _ options: MeasurementOptions,
    into signal: inout Region<Double>
  ) -> (ChannelDefects, SpikeDetection) {
    var signal = signal.mutableSpan(spectrum.count)
    let survey = kernel.take(spectrum, into: &signal)
    let defects = ChannelDefects(in: signal, survey, kernel)
    guard options.spikes != .ignore else { return (defects, SpikeDetection()) }
    let spikes = SpikeDetection(
      in: &signal, energies: spectrum.axis.energies, smallestStep: defects.smallestStep,
      replace: options.spikes == .replace, kernel)
    return (defects, spikes)
  }

  /// Fits the background before the edge; nil: there is none.
  func fitBackground(
    _ axis: EnergyAxis, _ options: MeasurementOptions, to signal: borrowing Region<Double>,
    logarithms: inout Region<Double>
  ) throws(SpectraError) -> PowerLawBackground? {
    guard case .powerLaw(let window) = options.background ?? background else { return nil }
    return try PowerLawBackground(
      fitting: signal, on: axis, in: window, kernel, logarithms: &logarithms)
  }

  /// Subtracts the background from the channels of `range`, and keeps it for their noise.
  func subtract(
    _ background: PowerLawBackground?, from signal: inout Region<Double>, in range: Range<Int>,
    on axis: EnergyAxis, channels: inout ChannelNoise
  ) {
    guard let background else { return channels.clearBackground(in: range) }
    background.subtract(
      from: &signal, in: range, on: axis, kernel, background: &channels.background)
  }

  /// Fills in what noise is asked about, but for the background, which is there.
  func fill(
    _ channels: inout ChannelNoise, in range: Range<Int>, of spectrum: borrowing Spectrum,
    _ noise: SignalNoise
  ) {
    noise.fill(&channels.variances, in: range, of: spectrum, kernel)
    noise.background?.fillLogarithms(
      &channels.logarithms, in: range, on: spectrum.axis, kernel)
  }

  /// Variance over intensity of a spectrum without a background window, from its second differences;
  /// rather too large, as structure adds to them.
  static func gain(of spectrum: borrowing Spectrum) -> Double? {
    guard spectrum.count >= 3 else { return nil }
    var (squares, sum) = (0.0, 0.0)
    for channel in 1..<(spectrum.count - 1) {
      let here = spectrum.intensity(channel)
      let difference = spectrum.intensity(channel - 1) - 2 * here + spectrum.intensity(channel + 1)
      squares += difference * difference
      sum += here
    }
    return sum > 0 ? squares / (6 * sum) : nil
  }
}
