public import SpectraInfer

/// One oxygen site of the simulated database: its properties and the transitions of its O-K edge.
public struct SimulatedSite: Sendable {
  /// One transition of the core electron.
  public struct Transition: Sendable, Equatable {
    /// Energy from the threshold, eV.
    public var energy: Double
    /// Squared dipole matrix element, averaged over directions, in the database's unit.
    public var strength: Double

    /// A transition with its energy (eV from the threshold) and strength.
    public init(energy: Double, strength: Double) {
      self.energy = energy
      self.strength = strength
    }
  }

  /// Identifier of the spectrum: material/O<index>.
  public var id: String
  /// Identifier of the material.
  public var material: String
  /// The materials that are the same structure, or its mirror image, share a group.
  public var group: String
  /// Equivalent sites in the primitive cell.
  public var multiplicity: Int
  /// The six simulated properties; NaN where a site has none.
  public var properties: PropertyValues
  /// Kohn-Sham gap of the ground state, eV; sites of crystals below 1 eV are suspect.
  public var groundGap: Double
  /// The highest transition energy that was computed, eV from the threshold.
  public var rangeEnd: Double
  /// The transitions, not broadened.
  public var transitions: [Transition]

  /// A site with all that the database has of it.
  public init(
    id: String, material: String, group: String, multiplicity: Int, properties: PropertyValues,
    groundGap: Double, rangeEnd: Double, transitions: [Transition]
  ) {
    self.id = id
    self.material = material
    self.group = group
    self.multiplicity = multiplicity
    self.properties = properties
    self.groundGap = groundGap
    self.rangeEnd = rangeEnd
    self.transitions = transitions
  }
}
