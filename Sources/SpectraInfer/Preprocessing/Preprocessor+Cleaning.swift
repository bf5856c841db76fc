/// What is done to the channels before the axis is aligned.
extension Preprocessor {
  /// Copies the intensities, looks for defects, and for spikes where asked.
  func clean(
    _ spectrum: borrowing Spectrum, _ options: MeasurementOptions,
    into signal: inout Region<Double>
  ) -> (ChannelDefects, SpikeDetection) {
    var signal = signal.mutableSpan(spectrum.count)
    for channel in 0..<spectrum.count { signal[channel] = spectrum.intensity(channel) }
    let defects = ChannelDefects(in: signal)
    guard options.spikes != .ignore else { return (defects, SpikeDetection()) }
    let spikes = SpikeDetection(
      in: &signal, energies: spectrum.axis.energies, smallestStep: defects.smallestStep,
      replace: options.spikes == .replace)
    return (defects, spikes)
  }

  func subtractBackground(
    _ axis: EnergyAxis, _ options: MeasurementOptions, from signal: inout Region<Double>,
    logarithms: inout Region<Double>
  ) throws(SpectraError) -> PowerLawBackground? {
    guard case .powerLaw(let window) = options.background ?? background else { return nil }
    let fitted = try PowerLawBackground(
      fitting: signal, on: axis, in: window, logarithms: &logarithms)
    var signal = signal.mutableSpan(axis.count)
    fitted.subtract(from: &signal, logarithms: logarithms.span(axis.count))
    return fitted
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
