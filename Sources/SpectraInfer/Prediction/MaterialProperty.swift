/// The six local properties of the oxygen site; `rawValue` is the `SPECTRA_*` index of the C
/// header.
public enum MaterialProperty: Int, Sendable, CaseIterable {
  /// Mean Si-O bond length, angstrom.
  case bondLength = 0
  /// Mean Si-O-Si bond angle, degree.
  case bondAngle = 1
  /// Volume of the Voronoi cell, angstrom^3.
  case voronoiVolume = 2
  /// Mean bond overlap population of the Si-O bonds, electron.
  case overlapPopulation = 3
  /// Mulliken charge, electron.
  case mullikenCharge = 4
  /// Excitation energy of the O 1s electron, eV.
  case excitationEnergy = 5

  /// The name in model files, in C and in tables.
  public var name: StaticString {
    switch self {
    case .bondLength: "bond_length"
    case .bondAngle: "bond_angle"
    case .voronoiVolume: "voronoi_volume"
    case .overlapPopulation: "overlap_population"
    case .mullikenCharge: "mulliken_charge"
    case .excitationEnergy: "excitation_energy"
    }
  }

  /// The unit of every value of this property.
  public var unit: StaticString {
    switch self {
    case .bondLength: "angstrom"
    case .bondAngle: "degree"
    case .voronoiVolume: "angstrom^3"
    case .overlapPopulation, .mullikenCharge: "electron"
    case .excitationEnergy: "eV"
    }
  }
}
