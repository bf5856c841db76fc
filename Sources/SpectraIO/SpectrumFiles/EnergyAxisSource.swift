/// Where the energies of a file's channels come from, in place of what the file itself says.
public enum EnergyAxisSource: Sendable, Equatable {
  /// The first channel lies at `offset` eV, and each further one `dispersion` eV behind it.
  case linear(offset: Double, dispersion: Double)
  /// A `.npy` file of one energy a channel, eV, or a text file with one column of them.
  case file(String)
  /// One energy a channel, eV.
  case energies([Double])
}
