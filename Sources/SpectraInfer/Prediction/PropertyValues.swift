/// One value for each of the six properties, in their units; NaN where a site has none.
public struct PropertyValues: Sendable, Equatable, BitwiseCopyable {
  /// Mean Si-O bond length, angstrom.
  public var bondLength: Double
  /// Mean Si-O-Si bond angle, degree.
  public var bondAngle: Double
  /// Volume of the Voronoi cell, angstrom^3.
  public var voronoiVolume: Double
  /// Mean bond overlap population, electron.
  public var overlapPopulation: Double
  /// Mulliken charge, electron.
  public var mullikenCharge: Double
  /// Excitation energy, eV.
  public var excitationEnergy: Double

  /// The same value for all six.
  public init(repeating value: Double) {
    bondLength = value
    bondAngle = value
    voronoiVolume = value
    overlapPopulation = value
    mullikenCharge = value
    excitationEnergy = value
  }

  /// The value of one property.
  public subscript(property: MaterialProperty) -> Double {
    get {
      switch property {
      case .bondLength: bondLength
      case .bondAngle: bondAngle
      case .voronoiVolume: voronoiVolume
      case .overlapPopulation: overlapPopulation
      case .mullikenCharge: mullikenCharge
      case .excitationEnergy: excitationEnergy
      }
    }
    set {
      switch property {
      case .bondLength: bondLength = newValue
      case .bondAngle: bondAngle = newValue
      case .voronoiVolume: voronoiVolume = newValue
      case .overlapPopulation: overlapPopulation = newValue
      case .mullikenCharge: mullikenCharge = newValue
      case .excitationEnergy: excitationEnergy = newValue
      }
    }
  }
}
