/// The name of a column of numbers with its unit, as in "Energy (eV)".
struct ColumnHeading {
  /// Units and quantities of axes that are no energies.
  private static let others: Set<String> = [
    "nm", "µm", "μm", "um", "å", "angstrom", "cm-1", "1/cm", "cm^-1", "hz", "thz", "deg", "degree",
    "degrees", "mm", "px", "pixel", "pixels", "channel", "channels", "index", "point", "points",
    "wavelength", "wavenumber", "angle", "time", "frequency", "temperature", "s", "k",
  ]

  /// As it stands in the file.
  let text: String
  /// The name without the unit.
  let name: String
  /// The unit, where one is told.
  var unit: String?

  init(_ text: String) {
    self.text = text
    for (opening, closing) in [("(", ")"), ("[", "]"), ("/", ""), ("_", "")]
      as [(Character, String)]
    {
      guard let start = text.lastIndex(of: opening) else { continue }
      let rest = text[text.index(after: start)...]
      let inside = closing.isEmpty ? rest : rest.prefix { "\($0)" != closing }
      let isUnit = opening != "_" || EnergyUnit(String(inside)) != nil
      guard !inside.isEmpty, isUnit else { continue }
      name = Self.plain(text[..<start])
      unit = String(inside)
      return
    }
    if EnergyUnit(text) != nil {
      (name, unit) = ("energy", text)
    } else {
      (name, unit) = (Self.plain(text[...]), nil)
    }
  }

  private static func plain(_ text: Substring) -> String {
    let text = text.lowercased()
    return String(
      text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  var energyUnit: EnergyUnit? { unit.flatMap { EnergyUnit($0) } }

  /// Whether the column has energies, by its name or unit.
  var isEnergy: Bool {
    if unit != nil && energyUnit == nil && isOtherQuantity { return false }
    return energyUnit != nil || name == "e" || name.contains("energy") || name.contains("energies")
  }

  /// Whether the name or the unit is that of another axis.
  var isOtherQuantity: Bool {
    if energyUnit != nil { return false }
    return Self.others.contains(name) || unit.map { Self.others.contains($0.lowercased()) } == true
  }
}
