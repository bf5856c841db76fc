import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

/// Measuring a simulated site under stated conditions.
@Suite("Simulated measurements")
struct SimulatedMeasurementTests {
  static let broadening = TransitionBroadening(sigma: 0.5)

  static func dataset(_ alignment: Alignment) throws -> Dataset {
    var sites = TinyDatabase.sites(groups: 3, sitesPerGroup: 3)
    for index in sites.indices { sites[index].multiplicity = 1 + index % 3 }
    return try Dataset(
      Database(sites: sites), preprocessor: StandardRecipe.preprocessor(alignment: alignment))
  }

  static func measure(
    _ dataset: Dataset, row: Int = 0, _ conditions: MeasurementConditions, seed: UInt64 = 1
  ) throws -> MeasurementSimulator.Measurement {
    let simulator = MeasurementSimulator(
      dataset, broadeningSigmas: [conditions.broadeningSigma])
    var generator = SeededGenerator(seed: seed)
    return try simulator.measure(row: row, conditions, generator: &generator)
  }

  /// The largest difference of two prepared spectra, whose mean is 1.
  static func difference(_ one: [Float], _ other: some Sequence<Float>) -> Float {
    zip(one, other).map { ($0 - $1).magnitude }.max() ?? .infinity
  }

  @Test("A perfect measurement is the simulated spectrum", arguments: ["edge", "threshold"])
  func perfect(name: String) throws {
    let dataset = try Self.dataset(name == "edge" ? .edge : .threshold)
    for row in 0..<dataset.count {
      let measured = try Self.measure(
        dataset, row: row, MeasurementConditions(broadeningSigma: 0.5))
      // Channels lie elsewhere and are twice as wide; nothing else differs.
      #expect(Self.difference(measured.features, dataset.features.row(row)) < 0.02)
      #expect(measured.properties == dataset.sites[row].properties)
    }
  }

  @Test("An axis that shows 0.3 eV too much moves the grid by three points")
  func axisError() throws {
    let dataset = try Self.dataset(.threshold)
    let conditions = MeasurementConditions(axisError: 0.3, broadeningSigma: 0.5)
    let measured = try Self.measure(dataset, conditions).features
    let simulated = Array(dataset.features.row(0))
    // Both have a mean of 1 over slightly different ranges, hence the factor.
    let factor = measured[20] / simulated[17]
    #expect(abs(factor - 1) < 0.05)
    let moved = zip(measured.dropFirst(3), simulated).map { abs($0 / factor - $1) }
    #expect(moved.allSatisfy { $0 < 0.02 })
  }

  @Test("An error of the axis is nothing to the edge rule")
  func edgeSeesNoAxisError() throws {
    let dataset = try Self.dataset(.edge)
    let conditions = MeasurementConditions(axisError: 0.8, broadeningSigma: 0.5)
    let measured = try Self.measure(dataset, conditions).features
    #expect(Self.difference(measured, dataset.features.row(0)) < 0.02)
  }

  @Test("A wide beam sees the average over the atoms of the crystal")
  func crystal() throws {
    let dataset = try Self.dataset(.absolute)
    let rows = [3, 4, 5]
    #expect(Set(rows.map { dataset.sites[$0].material }).count == 1)
    let conditions = MeasurementConditions(broadeningSigma: 0.5, crystalShare: 1)
    let measured = try Self.measure(dataset, row: 4, conditions)
    // Multiplicities 1, 2, 3 of six atoms.
    let shares = [1.0 / 6, 2.0 / 6, 3.0 / 6]
    let grid = dataset.preprocessor.grid
    let sums = (0..<grid.count).map { point in
      zip(rows, shares).reduce(0.0) { sum, entry in
        let site = dataset.sites[entry.0]
        let energy = grid.energy(point) - site.properties.excitationEnergy
        return sum + entry.1 * Self.broadening.intensity(of: site, at: energy)
      }
    }
    let mean = sums.reduce(0, +) / Double(sums.count)
    #expect(Self.difference(measured.features, sums.map { Float($0 / mean) }) < 0.02)
    for property in MaterialProperty.allCases {
      let expected = zip(rows, shares).reduce(0.0) {
        $0 + $1.1 * dataset.sites[$1.0].properties[property]
      }
      #expect(abs(measured.properties[property] - expected) < 1e-9)
    }
  }

  @Test("A property that one site of the crystal lacks, its average lacks")
  func missing() throws {
    var sites = TinyDatabase.sites(groups: 1, sitesPerGroup: 2)
    sites[1].properties.bondAngle = .nan
    let dataset = try Dataset(
      Database(sites: sites), preprocessor: StandardRecipe.preprocessor(alignment: .edge))
    let mixed = MeasurementConditions(broadeningSigma: 0.5, crystalShare: 0.5)
    #expect(try Self.measure(dataset, mixed).properties.bondAngle.isNaN)
    #expect(try !Self.measure(dataset, mixed).properties.bondLength.isNaN)
    let single = MeasurementConditions(broadeningSigma: 0.5)
    #expect(try !Self.measure(dataset, single).properties.bondAngle.isNaN)
  }

  @Test("Noise falls with the square root of the dose", arguments: [3e3, 3e4, 3e5])
  func noise(counts: Double) throws {
    let dataset = try Self.dataset(.threshold)
    func scatter(_ counts: Double) throws -> Double {
      let clean = try Self.measure(dataset, MeasurementConditions(broadeningSigma: 0.5)).features
      var sum = 0.0
      for seed in 0..<20 {
        let conditions = MeasurementConditions(edgeCounts: counts, broadeningSigma: 0.5)
        let noisy = try Self.measure(dataset, conditions, seed: UInt64(seed)).features
        sum += zip(noisy, clean).reduce(0) { $0 + pow(Double($1.0 - $1.1), 2) }
      }
      return (sum / Double(20 * clean.count)).squareRoot()
    }
    // Twenty spectra of 160 points know their scatter to about 5 %.
    let ratio = try scatter(counts) / scatter(4 * counts)
    #expect(abs(ratio - 2) < 0.4)
  }

  @Test("A leftover background tilts the end of the spectrum up or down", arguments: [-0.2, 0.2])
  func leftover(share: Double) throws {
    let dataset = try Self.dataset(.threshold)
    let conditions = MeasurementConditions(broadeningSigma: 0.5, leftoverBackground: share)
    let measured = try Self.measure(dataset, conditions).features
    let clean = Array(dataset.features.row(0))
    let tilt = measured[159] / measured[60] - clean[159] / clean[60]
    #expect(share > 0 ? tilt > 0 : tilt < 0)
  }

  @Test("An edge below the noise is refused, not made up")
  func lost() throws {
    let dataset = try Self.dataset(.edge)
    let conditions = MeasurementConditions(
      edgeCounts: 1, backgroundRatio: 1e5, broadeningSigma: 0.5)
    #expect(throws: SpectraError.self) { try Self.measure(dataset, conditions) }
  }
}
