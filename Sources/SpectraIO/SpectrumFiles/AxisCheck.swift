/// The energies of a file's channels in eV, rising, and what had to be done for that.
struct AxisCheck {
  private static let remedy =
    "give the energies, as --offset and --dispersion in eV or as --axis with a file of them"

  private(set) var energies: [Double]
  private(set) var isReversed = false
  private(set) var warnings: [String] = []
  /// Distance of two channels, eV, where it is the same everywhere.
  private(set) var dispersion: Double?

  init(
    _ contents: SpectrumContents, replacedBy source: EnergyAxisSource?, name: String
  ) throws(DataError) {
    let count = contents.intensities.channels.count
    var (axis, origin) = (contents.axis, name)
    if let source {
      axis = try Self.axis(source)
      if case .file(let path) = source { origin = path }
      if case .missing = contents.axis {
      } else {
        warnings.append("the energies of the file are replaced by those given")
      }
    }
    let unit: EnergyUnit
    switch axis {
    case .missing(let reason): throw DataError("\(name): \(reason); \(Self.remedy)")
    case .linear(let offset, let step, let given):
      unit = given
      energies = (0..<count).map { unit.inElectronvolts(offset + Double($0) * step) }
    case .measured(let values, let given):
      unit = given
      energies = values.map(unit.inElectronvolts)
    }
    guard energies.count == count else {
      throw DataError(
        "\(origin): has \(energies.count) energies for \(count) channels; give one a channel")
    }
    if unit != .electronvolt { warnings.append("energies are converted from \(unit.rawValue)") }
    if count > 1 && energies[0] > energies[count - 1] {
      energies.reverse()
      isReversed = true
      warnings.append("the energies fall; the spectra are turned round")
    }
    for channel in energies.indices {
      guard energies[channel].isFinite, channel == 0 || energies[channel - 1] < energies[channel]
      else {
        let place = isReversed ? count - 1 - channel : channel
        throw DataError(
          "\(origin), channel \(place): the energy \(energies[channel]) eV does not follow on "
            + "\(channel == 0 ? "nothing" : "\(energies[channel - 1])"); energies must be finite "
            + "and rise or fall from channel to channel, or \(Self.remedy)")
      }
    }
    dispersion = Self.dispersion(axis, energies)
  }

  /// The mean distance, where no energy is further than a thousandth of it from its place.
  private static func dispersion(_ axis: SignalAxis, _ energies: [Double]) -> Double? {
    guard energies.count > 1 else { return nil }
    if case .linear(_, let step, let unit) = axis { return unit.inElectronvolts(step).magnitude }
    let step = (energies[energies.count - 1] - energies[0]) / Double(energies.count - 1)
    let isUniform = energies.indices.allSatisfy { channel in
      (energies[0] + Double(channel) * step - energies[channel]).magnitude <= 1e-3 * step
    }
    return isUniform ? step : nil
  }

  private static func axis(_ source: EnergyAxisSource) throws(DataError) -> SignalAxis {
    switch source {
    case .energies(let energies): return .measured(energies, unit: .electronvolt)
    case .linear(let offset, let dispersion):
      guard offset.isFinite, dispersion.isFinite, dispersion > 0 else {
        throw DataError(
          "the offset must be finite and the dispersion above 0 eV, not \(offset) and "
            + "\(dispersion); give them in eV")
      }
      return .linear(offset: offset, dispersion: dispersion, unit: .electronvolt)
    case .file(let path): return .measured(try energies(in: path), unit: .electronvolt)
    }
  }

  /// The numbers of a file with one axis: read as a spectrum whose intensities are the energies.
  private static func energies(in path: String) throws(DataError) -> [Double] {
    let contents = try SpectrumReader.contents(of: FileBytes(path: path))
    guard contents.intensities.spectrumCount == 1, case .missing = contents.axis else {
      throw DataError(
        "\(path): is not one column of energies; give a .npy file of one axis, or text with one "
          + "column")
    }
    return try contents.intensities.doubles()
  }
}
