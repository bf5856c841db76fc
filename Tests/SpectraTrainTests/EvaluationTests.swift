import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Error table")
struct EvaluationTests {
  static let sites = TinyDatabase.sites()

  /// A model that predicts 10, 20, ... 60 for every spectrum, with a base error of 1, 2, ... 6 and
  /// intervals of one and three of it.
  static func document() throws -> ModelDocument {
    var document = try EnsembleTrainer(
      dataset: TinyDatabase.dataset(sites), plan: TinyDatabase.plan(members: 1, epochs: 1)
    ).train()
    let silent = DenseParameters(inputs: 14, outputs: 6)
    document.members = [ModelDocument.Member(FeedForwardNetwork(layers: [silent]))]
    document.target_scaling.mean = [10, 20, 30, 40, 50, 60]
    document.golden.values = [10, 20, 30, 40, 50, 60]
    for index in 0..<6 {
      document.calibration.properties[index].base = Double(index + 1)
      document.calibration.properties[index].quantiles_68 = [1]
      document.calibration.properties[index].quantiles_95 = [3]
    }
    document.calibration.quantile_distances = [0]
    // One value for every reference but the first, which has none.
    for row in document.references.ids.indices {
      document.references.properties[row] = row == 0 ? [nil, 5, 5, 5, 5, 5] : [7, 5, 5, 5, 5, 5]
    }
    document.references.properties[1] = [9, 5, 5, 5, 5, 5]
    return document
  }

  @Test("Errors, naive errors and coverage by hand")
  func byHand() throws {
    let document = try Self.document()
    let bytes = try ModelWriter().bytes(of: document)
    let model = try Model(json: bytes.span)
    // The spectra of references 0, 1 and 2, so that the nearest one is known; made-up properties.
    var sites = document.references.ids.prefix(3).compactMap { id in
      Self.sites.first { $0.id == id }
    }
    for (index, values) in [[11.0, 22], [10.5, 26.001], [14, .nan]].enumerated() {
      sites[index].properties.bondLength = values[0]
      sites[index].properties.bondAngle = values[1]
      sites[index].properties.voronoiVolume = .nan
    }
    let dataset = try TinyDatabase.dataset(sites)
    let table = ErrorTable(try model.predictions(for: [0, 1, 2], of: dataset))
    #expect(table.spectrumCount == 3)

    let references = Double(document.references.ids.count)
    let mean = (9 + 7 * (references - 2)) / (references - 1)
    func expect(_ actual: Double, _ expected: Double) { #expect(abs(actual - expected) < 1e-5) }
    expect(table[.bondLength, .network].meanAbsolute, (1 + 0.5 + 4) / 3)
    expect(table[.bondLength, .mean].meanAbsolute, ((11 - mean) + (10.5 - mean) + (14 - mean)) / 3)
    // The first reference has no bond length: its neighbour's guess is the mean.
    expect(table[.bondLength, .nearest].meanAbsolute, ((11 - mean) + 1.5 + 7) / 3)
    // Errors of 1 (on the border), 0.5 and 4 at intervals of 1 and 3.
    expect(table.coverage(.bondLength).within95, 2.0 / 3)
    #expect([1.0 / 3, 2.0 / 3].contains { abs(table.coverage(.bondLength).within68 - $0) < 1e-9 })

    expect(table[.bondAngle, .network].meanAbsolute, (2 + 6.001) / 2)
    expect(table[.bondAngle, .mean].meanAbsolute, (17 + 21.001) / 2)
    expect(table[.bondAngle, .nearest].meanAbsolute, (17 + 21.001) / 2)
    expect(table.coverage(.bondAngle).within68, 0.5)
    expect(table.coverage(.bondAngle).within95, 0.5)

    // Errors of 1, 0.5 and 4 upon 11, 10.5 and 14, whose mean is 11 5/6.
    let scatter = (25.0 + 64 + 169) / 36
    expect(table[.bondLength, .network].rootMeanSquare, (17.25 / 3).squareRoot())
    expect(table[.bondLength, .network].r2, 1 - 17.25 / scatter)
    expect(table[.bondLength, .network].percentile95, 1 + 0.9 * 3)

    #expect(table[.voronoiVolume, .network].meanAbsolute.isNaN)
    #expect(table[.voronoiVolume, .network].count == 0)
    #expect(
      table.cardErrors.map(\.property) == [
        "bond_length", "bond_angle", "overlap_population", "mulliken_charge", "excitation_energy",
      ])
    #expect(table.cardErrors.map(\.count) == [3, 2, 3, 3, 3])
    #expect(table.cardErrors[0].unit == "angstrom")
    expect(table.cardErrors[0].mean_absolute_error, (1 + 0.5 + 4) / 3)
    expect(table.cardErrors[0].root_mean_square_error ?? .nan, (17.25 / 3).squareRoot())
    expect(table.cardErrors[0].r2 ?? .nan, 1 - 17.25 / scatter)
    expect(table.cardErrors[0].percentile_95 ?? .nan, 3.7)
    expect(table.cardErrors[0].predicting_the_mean, table[.bondLength, .mean].meanAbsolute)
    expect(table.cardErrors[0].nearest_reference, table[.bondLength, .nearest].meanAbsolute)
  }

  @Test("The order of the spectra does not matter")
  func order() throws {
    let dataset = try TinyDatabase.dataset(Self.sites)
    let bytes = try ModelWriter().bytes(of: Self.document())
    let model = try Model(json: bytes.span)
    let table = ErrorTable(try model.predictions(for: 0..<20, of: dataset))
    let reversed = ErrorTable(try model.predictions(for: (0..<20).reversed(), of: dataset))
    #expect(reversed.spectrumCount == 20)
    for property in MaterialProperty.allCases {
      for predictor in Predictor.allCases {
        let (one, other) = (table[property, predictor], reversed[property, predictor])
        #expect(abs(one.meanAbsolute - other.meanAbsolute) < 1e-12)
        #expect(abs(one.rootMeanSquare - other.rootMeanSquare) < 1e-12)
        #expect(one.percentile95 == other.percentile95)
      }
      #expect(table.coverage(property) == reversed.coverage(property))
      #expect(table.ratio(property) > 0)
    }
  }

  @Test("A model without references has errors, but no naive ones")
  func withoutReferences() throws {
    var document = try Self.document()
    document.references.removeAll(features: 14)
    let bytes = try ModelWriter().bytes(of: document)
    let model = try Model(json: bytes.span)
    let predictions = try model.predictions(
      for: [0, 1], of: TinyDatabase.dataset(Self.sites))
    #expect(predictions.allSatisfy { $0.nearest == nil && $0.novelty.isNaN })
    let table = ErrorTable(predictions)
    #expect(table.spectrumCount == 2)
    let expected = Self.sites[0...1].map { abs(10 - $0.properties.bondLength) }.reduce(0, +) / 2
    #expect(abs(table[.bondLength, .network].meanAbsolute - expected) < 1e-5)
    #expect(table[.bondLength, .mean].meanAbsolute.isNaN)
    #expect(table[.bondLength, .nearest].meanAbsolute.isNaN)
  }

  @Test("An empty table has no errors")
  func empty() {
    let table = ErrorTable([])
    #expect(table.spectrumCount == 0)
    #expect(table.cardErrors.isEmpty)
    #expect(table[.bondAngle, .network].meanAbsolute.isNaN)
    #expect(table.coverage(.bondAngle).within68.isNaN)
  }
}
