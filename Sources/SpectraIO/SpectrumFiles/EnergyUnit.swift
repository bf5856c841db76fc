/// A unit of energy in which files give their axis.
package enum EnergyUnit: String, Sendable, CaseIterable {
  case millielectronvolt = "meV"
  case electronvolt = "eV"
  case kiloelectronvolt = "keV"
  case megaelectronvolt = "MeV"

  /// The unit that a file spells so; nil where it is none of energy.
  ///
  /// Upper and lower case are the same but for meV and MeV.
  package init?(_ spelling: String) {
    let spelling = spelling.filter { !$0.isWhitespace }
    switch (spelling, spelling.lowercased()) {
    case ("MeV", _): self = .megaelectronvolt
    case (_, "mev"): self = .millielectronvolt
    case (_, "ev"), (_, "electronvolt"), (_, "electronvolts"): self = .electronvolt
    case (_, "kev"): self = .kiloelectronvolt
    default: return nil
    }
  }

  /// An energy of this unit in eV. Thousandths are divided by 1000, which is exact where they are
  /// exact numbers of eV; a factor of 0.001 is not.
  package func inElectronvolts(_ value: Double) -> Double {
    switch self {
    case .millielectronvolt: value / 1e3
    case .electronvolt: value
    case .kiloelectronvolt: value * 1e3
    case .megaelectronvolt: value * 1e6
    }
  }
}
