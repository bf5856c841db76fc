import Foundation
import SpectraInfer

/// A spectrum as it stands in a file: energies in eV and intensities, in two columns.
public struct SpectrumFile: Sendable, Equatable {
  private static let byteMaximum = 256 << 20

  /// Energy of each channel, eV.
  public let energies: [Double]
  /// Intensity of each channel, counts or any unit proportional to them.
  public let intensities: [Float]

  /// A spectrum of these channels.
  public init(energies: [Double], intensities: [Float]) {
    self.energies = energies
    self.intensities = intensities
  }

  /// Reads two-column text: comma, semicolon, tab or blanks between the columns, `#` before
  /// comments, and at most one line of words (a header) before the numbers.
  ///
  /// - Throws: `DataError` with the line that cannot be read.
  public init(twoColumnText path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DataError("\(path): cannot be read; check the path")
    }
    guard data.count <= Self.byteMaximum else {
      throw DataError("\(path): is larger than 256 MiB; that is no single spectrum")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw DataError("\(path): is not text in UTF-8; export the spectrum as two columns")
    }
    try self.init(text: text, name: path)
  }

  /// Reads two-column text from a string; `name` stands for the file in errors.
  public init(text: String, name: String) throws {
    var energies: [Double] = []
    var intensities: [Float] = []
    var hasHeader = false
    for (index, line) in text.split(separator: /\r\n|\n|\r/, omittingEmptySubsequences: false)
      .enumerated()
    {
      let cells = line.split(whereSeparator: { ",;\t ".contains($0) })
      if cells.isEmpty || cells[0].hasPrefix("#") { continue }
      guard cells.count >= 2, let energy = Double(cells[0]), let intensity = Float(cells[1]) else {
        let isHeader = energies.isEmpty && !hasHeader && Double(cells[0]) == nil
        guard isHeader else {
          throw DataError(
            "\(name), line \(index + 1): there are not two numbers, energy in eV and intensity")
        }
        hasHeader = true
        continue
      }
      energies.append(energy)
      intensities.append(intensity)
    }
    guard !energies.isEmpty else {
      throw DataError("\(name): there is no row of two numbers, energy in eV and intensity")
    }
    self.init(energies: energies, intensities: intensities)
  }

  /// Writes the spectrum as comma-separated text with a header.
  ///
  /// - Parameter comments: lines that stand before it, each behind a `#`.
  public func write(to path: String, comments: [String] = []) throws {
    var lines = comments.map { "# \($0)" }
    lines.append("energy_ev,intensity")
    for (energy, intensity) in zip(energies, intensities) {
      lines.append("\(energy),\(intensity)")
    }
    lines.append("")
    do {
      try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw DataError(
        "\(path): cannot be written; check the folder (\(error.localizedDescription))")
    }
  }
}
