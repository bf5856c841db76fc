/// A file of spectra: one, a line of them or an image, with one energy axis.
///
/// What the file holds is checked when it is opened. The intensities are read when they are asked
/// for, so that an image may be larger than the memory.
public struct SpectrumFile: Sendable {
  /// The path.
  public let path: String
  /// The format, found by what is in the file, not by its name.
  public let format: SpectrumFormat
  /// [] for one spectrum, [n] for a line of them, [rows, columns] for an image.
  public let navigationShape: [Int]
  /// Energy of each channel, eV, strictly increasing.
  public let energies: [Double]
  /// What the file says about its spectra.
  public let metadata: SpectrumMetadata
  /// What was not as it should be and how it was understood, a sentence each.
  public let warnings: [String]
  private let intensities: StoredIntensities

  /// Opens a file.
  ///
  /// - Parameter axis: energies in place of those of the file; needed for a `.npy` file, which has
  ///   none.
  /// - Throws: `DataError` with the place in the file and the remedy.
  public init(path: String, axis: EnergyAxisSource? = nil) throws(DataError) {
    try self.init(FileBytes(path: path), axis: axis)
  }

  /// Opens bytes; their name stands for the path.
  package init(_ bytes: FileBytes, axis source: EnergyAxisSource? = nil) throws(DataError) {
    let contents = try SpectrumReader.contents(of: bytes)
    let axis = try AxisCheck(contents, replacedBy: source, name: bytes.name)
    var intensities = contents.intensities
    intensities.isReversed = axis.isReversed
    var metadata = contents.metadata
    metadata.dispersion = axis.dispersion
    path = bytes.name
    format = contents.format
    navigationShape = intensities.navigation.map(\.count)
    energies = axis.energies
    warnings = contents.warnings + axis.warnings
    self.metadata = metadata
    self.intensities = intensities
  }

  /// Number of channels of each spectrum.
  public var channelCount: Int { energies.count }

  /// Number of spectra.
  public var spectrumCount: Int { intensities.spectrumCount }

  /// The spectrum of a file with one.
  ///
  /// - Throws: `DataError` where there are more, or the file cannot be read any more.
  public func spectrum() throws(DataError) -> MeasuredSpectrum {
    guard spectrumCount == 1 else {
      let shape = navigationShape.map { "\($0)" }.joined(separator: " x ")
      throw DataError(
        "\(path): holds \(shape) spectra, and one is wanted; sum them, or use `spectra map` for "
          + "all of them")
    }
    return try spectrum(0)
  }

  /// One of the spectra.
  ///
  /// - Parameter index: its number, row-major over the navigation axes.
  /// - Throws: `DataError` where there is none, or the file cannot be read any more.
  public func spectrum(_ index: Int) throws(DataError) -> MeasuredSpectrum {
    guard index >= 0, index < spectrumCount else {
      throw DataError(
        "\(path): has spectra 0 to \(spectrumCount - 1), not \(index); name one that it has")
    }
    var values: [Float] = []
    try read(index..<index + 1, into: &values)
    return MeasuredSpectrum(energies: energies, intensities: values, metadata: metadata)
  }

  /// Reads the intensities of some spectra: [spectrum, channel], row-major.
  ///
  /// Only that part of the file is read. Many threads may read at once.
  ///
  /// - Parameters:
  ///   - spectra: their numbers, row-major over the navigation axes.
  ///   - values: gets `spectra.count * channelCount` elements; its memory is used again.
  /// - Throws: `DataError` where there are no such spectra, or the file cannot be read any more.
  public func read(_ spectra: Range<Int>, into values: inout [Float]) throws(DataError) {
    try intensities.read(spectra, into: &values)
  }
}
