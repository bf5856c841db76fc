import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Augmentation")
struct AugmentationTests {
  static func dataset(groups: Int = 4) throws -> Dataset {
    try Dataset(
      Database(sites: TinyDatabase.sites(groups: groups)),
      preprocessor: StandardRecipe.preprocessor(alignment: .edge))
  }

  @Test("The first view of a spectrum is the spectrum itself, the others are not")
  func views() throws {
    let dataset = try Self.dataset()
    let views = AugmentedViews(dataset, Augmentation(viewCount: 5, seed: 1))
    #expect(views.viewCount == 5 && views.features.rows == 5 * dataset.count)
    for row in 0..<dataset.count {
      #expect(views.features.row(5 * row) == dataset.features.row(row))
      #expect(views.properties[5 * row] == dataset.sites[row].properties)
      for view in 1..<5 {
        #expect(views.features.row(5 * row + view) != dataset.features.row(row))
      }
    }
  }

  @Test("The seed decides, and other rows have no say")
  func seeds() throws {
    let augmentation = Augmentation(viewCount: 4, seed: 7)
    let small = AugmentedViews(try Self.dataset(groups: 2), augmentation)
    let large = AugmentedViews(try Self.dataset(groups: 4), augmentation)
    let again = AugmentedViews(try Self.dataset(groups: 2), augmentation)
    let other = AugmentedViews(
      try Self.dataset(groups: 2), Augmentation(viewCount: 4, seed: 8))
    #expect(small.features == again.features)
    #expect(small.features.values[...] == large.features.values.prefix(small.features.values.count))
    #expect(small.features != other.features)
  }

  @Test("The conditions stay in their ranges")
  func ranges() {
    let augmentation = Augmentation(
      share: 0.75, edgeCounts: [2e3, 5e4], axisErrorSigma: 0.1, broadeningRange: [0.8, 1.5],
      leftoverBackground: 0.1, mixtureShare: 0.3, seed: 1)
    let sigmas = augmentation.broadeningSigmas(of: 0.5)
    #expect(sigmas[0] == 0.5)
    #expect(abs(sigmas[1] - 0.4) < 1e-12 && abs(sigmas[sigmas.count - 1] - 0.75) < 1e-12)
    var generator = SeededGenerator(seed: 3)
    let drawn = (0..<4000).map { _ in augmentation.draw(sigmas, generator: &generator) }
    func share(_ holds: (MeasurementConditions) -> Bool) -> Double {
      Double(drawn.filter(holds).count) / Double(drawn.count)
    }
    // Shares of 4000 draws scatter by less than 0.008: four standard deviations are allowed.
    #expect(abs(share { $0.edgeCounts != nil } - 0.75) < 0.03)
    #expect(abs(share { $0.axisError != 0 } - 0.75) < 0.03)
    // One of the nine other levels is the recipe's within rounding at most.
    #expect(abs(share { $0.broadeningSigma != 0.5 } - 0.75) < 0.03)
    #expect(abs(share { $0.leftoverBackground != 0 } - 0.75) < 0.03)
    #expect(abs(share { $0.crystalShare > 0 } - 0.3) < 0.03)
    // Half of the logarithmic range lies below 1e4, and 68.3 % of a normal distribution within 1.
    #expect(abs(share { $0.edgeCounts.map { $0 < 1e4 } ?? false } - 0.375) < 0.03)
    #expect(abs(share { $0.axisError != 0 && $0.axisError.magnitude < 0.1 } - 0.512) < 0.03)
    #expect(drawn.allSatisfy { $0.edgeCounts.map { (2e3...5e4).contains($0) } ?? true })
    #expect(drawn.allSatisfy { $0.leftoverBackground.magnitude <= 0.1 })
    #expect(drawn.allSatisfy { (0...1).contains($0.crystalShare) })
    #expect(Set(drawn.map(\.broadeningSigma)) == Set(sigmas))
  }

  @Test("Views that are all alike train the same network as one view")
  func equalViews() {
    let single = Samples(
      features: normalMatrix(rows: 12, columns: 6, seed: 1),
      targets: normalMatrix(rows: 12, columns: 2, seed: 2))
    let threefold = (0..<12).flatMap { [$0, $0, $0] }
    let views = Samples(
      features: single.features.selecting(rows: threefold),
      targets: single.targets.selecting(rows: threefold), viewCount: 3)
    let trainer = Trainer(
      configuration: TrainingConfiguration(
        hidden: [5, 4], batchSize: 5, maximumEpochs: 6, seed: 3))
    let none = single.selecting([])
    #expect(views.count == 12)
    #expect(
      trainer.train(training: views, validation: none).network
        == trainer.train(training: single, validation: none).network)
  }

  @Test("Selecting samples takes all their views, or the first few")
  func selection() {
    let samples = Samples(
      features: Matrix(rows: 6, columns: 1, values: [0, 1, 10, 11, 20, 21]),
      targets: Matrix(rows: 6, columns: 1), viewCount: 2)
    #expect(samples.selecting([2, 0]).features.values == [20, 21, 0, 1])
    #expect(samples.selecting([1], views: 1).features.values == [10])
    #expect(samples.selecting([1], views: 9).features.values == [10, 11])
  }

  @Test("An ensemble learns from measurements of the training part alone")
  func ensemble() throws {
    let dataset = try TinyDatabase.dataset()
    var plan = TinyDatabase.plan()
    plan.augmentation = Augmentation(viewCount: 3, seed: 1)
    let trainer = EnsembleTrainer(dataset: dataset, plan: plan)
    var sites = dataset.sites
    for row in trainer.testRows { sites[row].properties.bondLength += 100 }
    let other = EnsembleTrainer(dataset: try TinyDatabase.dataset(sites), plan: plan)
    let (one, two) = (try trainer.train(), try other.train())
    for (member, twin) in zip(one.members, two.members) {
      #expect(member.layers.map(\.weights.base64) == twin.layers.map(\.weights.base64))
    }
    var clean = plan
    clean.augmentation = nil
    let unaugmented = try EnsembleTrainer(dataset: dataset, plan: clean).train()
    #expect(
      one.members[0].layers[0].weights.base64 != unaugmented.members[0].layers[0].weights.base64)
  }
}
