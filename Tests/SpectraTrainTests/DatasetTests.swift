import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Dataset")
struct DatasetTests {
  static let shipped = Result { try Database(folder: Repository.root.path + "/data") }

  @Test("All three alignments prepare every shipped site", arguments: Alignment.allCases)
  func shippedSites(alignment: Alignment) throws {
    let database = try Self.shipped.get()
    let recipe = StandardRecipe.preprocessor(alignment: alignment)
    let dataset = try Dataset(database, preprocessor: recipe)
    #expect(dataset.sites.map(\.id) == database.sites.filter { $0.groundGap >= 1 }.map(\.id))
    #expect(dataset.count < database.sites.count)
    #expect(dataset.features.rows == dataset.count)
    #expect(dataset.features.columns == 160)
    for row in 0..<dataset.count {
      let features = dataset.features.row(row).map { Double($0) }
      #expect(features.allSatisfy { $0.isFinite && $0 >= 0 })
      #expect(abs(features.reduce(0, +) / 160 - 1) < 1e-6)
    }
  }

  @Test("A site at the smallest gap is used, one below it is not")
  func gaps() throws {
    var sites = TinyDatabase.sites(groups: 3, sitesPerGroup: 1)
    (sites[0].groundGap, sites[1].groundGap, sites[2].groundGap) = (2, 1.999, 7)
    let dataset = try Dataset(
      Database(sites: sites), preprocessor: TinyDatabase.preprocessor, smallestGap: 2)
    #expect(dataset.sites.map(\.id) == [sites[0].id, sites[2].id])
    #expect(dataset.groups == ["g0", "g2"])
    let error = #expect(throws: DataError.self) {
      try Dataset(
        Database(sites: sites), preprocessor: TinyDatabase.preprocessor, smallestGap: 8)
    }
    #expect(error?.description.contains("gap of 8.0 eV") == true)
  }

  @Test("A feature is the mean intensity of its cell, over the mean of all cells")
  func cells() throws {
    let (sigma, step, start) = (0.5, 1.0, -1.0)
    var site = TinyDatabase.sites(groups: 1, sitesPerGroup: 1)[0]
    site.transitions = [.init(energy: 1.5, strength: 1), .init(energy: 6.3, strength: 4)]
    let dataset = try TinyDatabase.dataset([site])
    // The integral of a Gaussian below an energy.
    func below(_ energy: Double) -> Double {
      site.transitions.reduce(0) { sum, transition in
        sum + transition.strength
          * (1 + erf((energy - transition.energy) / (sigma * 2.0.squareRoot()))) / 2
      }
    }
    let cells = (0..<14).map { point in
      let middle = start + step * Double(point)
      return below(middle + step / 2) - below(middle - step / 2)
    }
    let mean = cells.reduce(0, +) / 14
    for (feature, cell) in zip(dataset.features.row(0), cells) {
      // Trapezoids of h = 0.05 eV: h^2 / 12 of the change of the slope, at most 2 (4 strength at the
      // flanks), over the mean.
      #expect(abs(Double(feature) - cell / mean) < 0.0025 / 12 * 4 * 2 / mean)
    }
  }

  /// The features of a site whose edge is moved along the axis by `shift` eV.
  static func features(_ alignment: Alignment, shift: Double) throws -> [Float] {
    var site = TinyDatabase.sites(groups: 1, sitesPerGroup: 1)[0]
    site.properties.excitationEnergy = 541 + shift
    let recipe = StandardRecipe.preprocessor(alignment: alignment)
    let dataset = try Dataset(Database(sites: [site]), preprocessor: recipe)
    return Array(dataset.features.row(0))
  }

  @Test(
    "Where the edge lies on the axis is nothing to the edge and threshold alignments",
    arguments: [Alignment.edge, .threshold], [-12.34, -0.05, 0.1, 3.21, 9.87])
  func invariance(alignment: Alignment, shift: Double) throws {
    let (features, moved) = (
      try Self.features(alignment, shift: 0), try Self.features(alignment, shift: shift)
    )
    #expect(largestError(moved, features.map { Double($0) }) < 1e-4)
  }

  @Test("On the absolute axis the features move with the edge")
  func absolute() throws {
    let features = try Self.features(.absolute, shift: 0)
    let moved = try Self.features(.absolute, shift: 1)
    // By ten points of 0.1 eV, and another mean.
    let ratio = moved[60] / features[50]
    for point in 20..<150 {
      #expect(abs(moved[point + 10] - ratio * features[point]) < 1e-3)
    }
    #expect(largestError(moved, features.map { Double($0) }) > 0.1)
  }

  @Test("A site that cannot be prepared is named")
  func unprepared() {
    var sites = TinyDatabase.sites(groups: 2, sitesPerGroup: 1)
    let damages: [(inout SimulatedSite) -> Void] = [
      { $0.properties.excitationEnergy = .nan },
      { $0.properties.excitationEnergy = 1e300 },
      { $0.transitions = [] },
      { $0.transitions = [.init(energy: 1e9, strength: 1)] },
      { $0.transitions = [.init(energy: 1, strength: 1e300)] },
      { $0.rangeEnd = -1e9 },
    ]
    let good = sites[1]
    for damage in damages {
      sites[1] = good
      damage(&sites[1])
      let error = #expect(throws: DataError.self) { try TinyDatabase.dataset(sites) }
      #expect(error?.description.hasPrefix("m1/O1: cannot be prepared: ") == true)
    }
  }
}
