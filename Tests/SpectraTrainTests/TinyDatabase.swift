import SpectraIO
import SpectraInfer
import SpectraTrain

/// A made-up database, small enough to train on in milliseconds.
enum TinyDatabase {
  /// A coarse grid, so that the networks are small.
  static let preprocessor = Preprocessor(
    grid: FeatureGrid(start: -1, step: 1, count: 14), alignment: .threshold,
    edgeRule: StandardRecipe.edgeRule, background: .alreadyRemoved, broadeningSigma: 0.5)

  /// `groups` groups of `sitesPerGroup` sites, each with an edge of its own and properties that
  /// depend on it.
  static func sites(groups: Int = 12, sitesPerGroup: Int = 2, seed: UInt64 = 1) -> [SimulatedSite] {
    var generator = SeededGenerator(seed: seed)
    return (0..<groups * sitesPerGroup).map { index in
      let material = "m\(index / sitesPerGroup)"
      let place = generator.uniform()
      var properties = PropertyValues(repeating: 0)
      for property in MaterialProperty.allCases {
        properties[property] = Double(property.rawValue) + place + 0.1 * generator.normal()
      }
      properties.excitationEnergy += 540
      return SimulatedSite(
        id: "\(material)/O\(index)", material: material, group: "g\(index / sitesPerGroup)",
        multiplicity: 1, properties: properties, groundGap: 5, rangeEnd: 18,
        transitions: (0..<40).map {
          let energy = 0.4 * Double($0 + 1)
          return SimulatedSite.Transition(
            energy: energy, strength: 0.2 + generator.uniform() + 3 * place * Double($0 % 7) / 7)
        })
    }
  }

  static func dataset(_ sites: [SimulatedSite] = sites()) throws -> Dataset {
    try Dataset(Database(sites: sites), preprocessor: preprocessor)
  }

  /// A plan of tiny networks that learn for a moment.
  static func plan(
    rule: SplitRule = .group, fold: Int = 0, heldOut: Set<String> = [], members: Int = 3,
    epochs: Int = 4, learningRate: Double = 1e-2, seed: UInt64 = 1
  ) -> TrainingPlan {
    TrainingPlan(
      preprocessor: preprocessor, splitRule: rule, fold: fold, heldOutGroups: heldOut,
      memberCount: members,
      configuration: TrainingConfiguration(
        hidden: [7, 5], dropout: 0.2, learningRate: learningRate, batchSize: 6,
        maximumEpochs: epochs, patience: epochs, seed: seed))
  }
}
