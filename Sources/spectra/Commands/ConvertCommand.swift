import ArgumentParser
import Foundation
import SpectraIO

/// `spectra convert`: a spectrum file in another format.
struct ConvertCommand: ParsableCommand {
  /// Columns that a person's table may have.
  private static let columnLimit = 1000
  /// Intensities that are in memory at once.
  private static let blockSize = 4 << 20

  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write spectra as .csv, .msa or .npy, energies in eV.",
    discussion: """
      .csv and .msa have the energy of each channel. x.npy comes with x.energy.npy: the axes of \
      the spectra first, the channels last, in single precision.
      """)

  @Argument(help: "The spectrum file: .msa, text, .xdi, .npy, .npz, .dm3 or .dm4.")
  var file: String

  @OptionGroup var axis: AxisOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file to write: .csv, .msa or .npy.", valueName: "file"))
  var out: String

  func validate() throws {
    guard [".csv", ".msa", ".npy"].contains(where: out.lowercased().hasSuffix) else {
      throw ValidationError("--out must end with .csv, .msa or .npy.")
    }
  }

  func run() throws {
    try DataFile.checkWritable(out)
    let spectra = try SpectrumFile(path: file, axis: axis.source)
    spectra.tellWarnings()
    switch out.lowercased().suffix(4) {
    case ".msa":
      let spectrum = try spectra.spectrum()
      try checkFinite(spectrum.intensities, channelCount: spectra.channelCount)
      try DataFile.write(Data(MSAText(spectrum).text.utf8), to: out)
    case ".csv": try writeText(spectra)
    default: try writeArrays(spectra)
    }
  }

  /// Readers of text refuse numbers that are not finite, so it is not written with them.
  ///
  /// - Parameter values: spectrum after spectrum.
  private func checkFinite(_ values: [Float], channelCount: Int) throws(DataError) {
    guard let place = values.firstIndex(where: { !$0.isFinite }) else { return }
    let (spectrum, channel) = place.quotientAndRemainder(dividingBy: channelCount)
    throw DataError(
      "\(file), spectrum \(spectrum), channel \(channel): the intensity is \(values[place]), which "
        + "text must not have; write it as .npy, or replace it")
  }

  private func writeText(_ spectra: SpectrumFile) throws {
    if spectra.spectrumCount == 1 {
      let spectrum = try spectra.spectrum()
      try checkFinite(spectrum.intensities, channelCount: spectra.channelCount)
      let title = spectra.metadata.title.map { [$0] } ?? []
      return try spectrum.write(to: out, comments: title)
    }
    guard spectra.spectrumCount <= Self.columnLimit else {
      throw DataError(
        "\(file): has \(spectra.spectrumCount) spectra, and a table at most \(Self.columnLimit); "
          + "write them with --out x.npy")
    }
    var values: [Float] = []
    try spectra.read(0..<spectra.spectrumCount, into: &values)
    try checkFinite(values, channelCount: spectra.channelCount)
    var table = CSVText(
      columns: ["energy_ev"] + (1...spectra.spectrumCount).map { "intensity_\($0)" })
    for (channel, energy) in spectra.energies.enumerated() {
      table.add(
        [.number(energy)]
          + (0..<spectra.spectrumCount).map {
            .intensity(values[$0 * spectra.channelCount + channel])
          })
    }
    try DataFile.write(Data(table.text.utf8), to: out)
  }

  private func writeArrays(_ spectra: SpectrumFile) throws {
    let energyPath = String(out.dropLast(4) + ".energy.npy")
    try DataFile.checkWritable(energyPath)
    let intensities = try NumpyWriter(
      path: out, type: .float32, shape: spectra.navigationShape + [spectra.channelCount])
    // Whole rows, where they are not too long: the numbers of a channel of a row lie together.
    let line = max(1, spectra.navigationShape.last ?? 1)
    let most = max(1, Self.blockSize / spectra.channelCount)
    let block = most >= line ? most / line * line : most
    var values: [Float] = []
    for start in stride(from: 0, to: spectra.spectrumCount, by: block) {
      try spectra.read(start..<min(start + block, spectra.spectrumCount), into: &values)
      try intensities.add(values)
    }
    try intensities.close()
    let energies = try NumpyWriter(
      path: energyPath, type: .float64, shape: [spectra.channelCount])
    try energies.add(spectra.energies)
    try energies.close()
    // Both are whole before one of them takes the place of an older file, as they belong together.
    try intensities.finish()
    try energies.finish()
  }
}
