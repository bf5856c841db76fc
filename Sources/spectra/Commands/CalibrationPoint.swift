import ArgumentParser

/// An energy that is known, as an option takes it: `MEASURED=TRUE`, in eV.
struct CalibrationPoint: ExpressibleByArgument, Equatable {
  let measured: Double
  let trueEnergy: Double

  init?(argument: String) {
    let energies = argument.split(separator: "=", omittingEmptySubsequences: false)
      .map { Double($0) }
    guard energies.count == 2, let measured = energies[0], let trueEnergy = energies[1],
      measured.isFinite, trueEnergy.isFinite
    else { return nil }
    self.measured = measured
    self.trueEnergy = trueEnergy
  }
}
