/// The energy axis as a reader finds it in a file, before it is checked.
package enum SignalAxis: Sendable {
  /// The first channel lies at `offset`, each further one `dispersion` behind it.
  case linear(offset: Double, dispersion: Double, unit: EnergyUnit)
  /// One energy a channel.
  case measured([Double], unit: EnergyUnit)
  /// The file has no energies; the sentence says why, and is followed by the remedy.
  case missing(String)
}
