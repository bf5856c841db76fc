import Foundation

/// A spectrum as it stands in a file: energies in eV and intensities, in two columns.
public struct SpectrumFile: Sendable, Equatable {
  /// Energy of each channel, eV.
  public let energies: [Double]
  /// Intensity of each channel, counts or any unit proportional to them.
  public let intensities: [Float]

  /// A spectrum of these channels.
  public init(energies: [Double], intensities: [Float]) {
    self.energies = energies
    self.intensities = intensities
  }

  /// Reads two-column text: semicolon, comma, tab or blanks between the columns, `#` before
  /// comments, and at most one line of words (a header) before the numbers.
  ///
  /// Numbers have a decimal point. Columns behind the second are left out.
  ///
  /// - Throws: `DataError` with the line that cannot be read.
  public init(twoColumnText path: String) throws {
    try self.init(text: DataFile.readText(path), name: path)
  }

  /// Reads two-column text from a string; `name` stands for the file in errors.
  public init(text: String, name: String) throws {
    var energies: [Double] = []
    var intensities: [Float] = []
    var hasHeader = false
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let cells = Self.cells(of: line)
      if cells.allSatisfy(\.isEmpty) || cells[0].hasPrefix("#") { continue }
      if let (energy, intensity) = Self.numbers(cells) {
        energies.append(energy)
        intensities.append(intensity)
      } else if energies.isEmpty && !hasHeader && Double(cells[0]) == nil {
        hasHeader = true
      } else {
        throw DataError(
          "\(name), line \(index + 1): there are not two numbers, energy in eV and intensity")
      }
    }
    guard !energies.isEmpty else {
      throw DataError("\(name): there is no row of two numbers, energy in eV and intensity")
    }
    self.init(energies: energies, intensities: intensities)
  }

  /// The cells of a line. A comma is no separator where a semicolon is, so that numbers with a
  /// decimal comma are refused and not torn apart.
  private static func cells(of line: Substring) -> [Substring] {
    for separator in [";", ","] as [Character] where line.contains(separator) {
      return line.split(separator: separator, omittingEmptySubsequences: false).map { cell in
        let start = cell.drop(while: \.isWhitespace)
        return start.dropLast(start.reversed().prefix(while: \.isWhitespace).count)
      }
    }
    return line.split(whereSeparator: \.isWhitespace)
  }

  private static func numbers(_ cells: [Substring]) -> (energy: Double, intensity: Float)? {
    guard
      cells.count >= 2, let energy = Double(cells[0]), energy.isFinite,
      let intensity = Float(cells[1]), intensity.isFinite
    else { return nil }
    return (energy, intensity)
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
    try DataFile.write(Data(lines.joined(separator: "\n").utf8), to: path)
  }
}
