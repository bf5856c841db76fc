/// The text of a spectrum in the EMSA/MAS format (ISO 22029), with the energy of each point.
package struct MSAText {
  private static let months = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
  ]

  /// The lines.
  package private(set) var text = ""

  /// The text of a spectrum.
  package init(_ spectrum: MeasuredSpectrum) {
    let (energies, metadata) = (spectrum.energies, spectrum.metadata)
    let step = (energies.last ?? 0) - (energies.first ?? 0)
    let mean = energies.count > 1 ? step / Double(energies.count - 1) : 1
    add("FORMAT", "EMSA/MAS Spectral Data File")
    add("VERSION", "1.0")
    add("TITLE", metadata.title ?? "")
    add("DATE", Self.day(metadata.date) ?? "")
    add("TIME", metadata.time.map { String($0.prefix(5)) } ?? "")
    add("OWNER", metadata.owner ?? "")
    add("NPOINTS", "\(energies.count)")
    add("NCOLUMNS", "1")
    add("XUNITS", "eV")
    add("YUNITS", metadata.signalUnit ?? "")
    add("DATATYPE", "XY")
    add("XPERCHAN", "\(metadata.dispersion ?? mean)")
    add("OFFSET", "\(energies.first ?? 0)")
    if let type = metadata.other.first(where: { $0.key.uppercased() == "SIGNALTYPE" }) {
      add("SIGNALTYPE", type.value)
    }
    add("BEAMKV   -kV", metadata.beamEnergy)
    add("CONVANGLE-mR", metadata.convergenceAngle)
    add("COLLANGLE-mR", metadata.collectionAngle)
    add("INTEGTIME-ms", metadata.exposure.map { $0 * 1e3 })
    if let detector = metadata.detector { add("ELSDET", detector) }
    add("SPECTRUM", "Spectral Data Starts Here")
    for (energy, intensity) in zip(energies, spectrum.intensities) {
      text += "\(energy), \(intensity)\n"
    }
    add("ENDOFDATA", "")
  }

  private mutating func add(_ key: String, _ value: String) {
    let padded = key + String(repeating: " ", count: max(0, 12 - key.utf8.count))
    let words = value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    text += "#\(padded) : \(words)\n"
  }

  private mutating func add(_ key: String, _ value: Double?) {
    if let value { add(key, "\(value)") }
  }

  /// A day as the format writes it: 01-OCT-1991.
  private static func day(_ date: String?) -> String? {
    let parts = (date ?? "").split(separator: "-")
    guard parts.count == 3, parts[0].count == 4, let month = Int(parts[1]),
      months.indices.contains(month - 1)
    else { return date }
    return "\(parts[2])-\(months[month - 1])-\(parts[0])"
  }
}
