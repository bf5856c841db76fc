import Foundation

/// A spectrum with its energy axis, as it was measured or simulated.
public struct MeasuredSpectrum: Sendable, Equatable {
  /// Energy of each channel, eV.
  public let energies: [Double]
  /// Intensity of each channel, counts or any unit proportional to them.
  public let intensities: [Float]
  /// What is known of the measurement.
  public let metadata: SpectrumMetadata

  /// A spectrum of these channels.
  public init(
    energies: [Double], intensities: [Float], metadata: SpectrumMetadata = SpectrumMetadata()
  ) {
    self.energies = energies
    self.intensities = intensities
    self.metadata = metadata
  }

  /// Writes the spectrum as comma-separated text with a header.
  ///
  /// - Parameter comments: lines that stand before it, each behind a `#`; a line break in one, as
  ///   titles may have, becomes a space.
  /// - Throws: `DataError` where the file cannot be written.
  public func write(to path: String, comments: [String] = []) throws {
    var lines = comments.map { comment in
      "# " + comment.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
    lines.append("energy_ev,intensity")
    for (energy, intensity) in zip(energies, intensities) {
      lines.append("\(energy),\(intensity)")
    }
    lines.append("")
    try DataFile.write(Data(lines.joined(separator: "\n").utf8), to: path)
  }
}
