import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Calibration")
struct CalibrationTests {
  /// Predictions with made-up errors: normal, their size as `size` says of spread and distance.
  static func made(
    _ count: Int, seed: UInt64 = 7, size: (_ spread: Double, _ distance: Double) -> Double
  ) -> [UnseenPrediction] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { row in
      let (spread, distance) = (0.2 + generator.uniform(), 0.1 + 0.3 * generator.uniform())
      var errors = PropertyValues(repeating: 0)
      for property in MaterialProperty.allCases {
        errors[property] = size(spread, distance) * generator.normal()
      }
      return UnseenPrediction(
        row: row, fold: row % 9, distance: distance, errors: errors,
        spreads: PropertyValues(repeating: spread))
    }
  }

  static func fit(_ unseen: [UnseenPrediction]) throws -> CalibrationFit {
    CalibrationFit(dataset: try TinyDatabase.dataset(), seen: Array(0..<24), unseen: unseen)
  }

  /// |error| over the scale that a fitted entry gives it.
  static func ratios(
    _ unseen: [UnseenPrediction], _ property: MaterialProperty,
    _ entry: ModelDocument.PropertyCalibration
  ) -> [Double] {
    unseen.filter { !$0.errors[property].isNaN }.map { one in
      let (spread, distance) = (
        entry.spread_weight * one.spreads[property], entry.novelty_weight * one.distance
      )
      return abs(one.errors[property])
        / (entry.base * entry.base + spread * spread + distance * distance).squareRoot()
    }
  }

  @Test("The mean square of error over scale is 1", arguments: [1, 7, 29, 30, 200])
  func meanSquare(count: Int) throws {
    let unseen = Self.made(count) { $0 + 3 * $1 }
    let table = try Self.fit(unseen).table
    for property in MaterialProperty.allCases {
      let entry = table.properties[property.rawValue]
      let ratios = Self.ratios(unseen, property, entry)
      let sum = ratios.reduce(0) { $0 + $1 * $1 }
      #expect(abs(sum / Double(count) - 1) < 1e-9)
      if count < 30 { #expect(entry.spread_weight == 0 && entry.novelty_weight == 0) }
    }
  }

  @Test("What makes errors large is found: nothing, the spread, the distance")
  func weights() throws {
    for property in MaterialProperty.allCases {
      func entry(
        _ size: (Double, Double) -> Double
      ) throws -> ModelDocument.PropertyCalibration {
        try Self.fit(Self.made(3000, size: size)).table.properties[property.rawValue]
      }
      // The medians are 0.7 and 0.25: what each part weighs at a usual spectrum.
      let none = try entry { _, _ in 2 }
      #expect(0.7 * none.spread_weight <= 0.5 * none.base)
      #expect(0.25 * none.novelty_weight <= 0.5 * none.base)
      #expect(abs(none.base - 2) < 0.3)
      let spread = try entry { spread, _ in 2 * spread }
      #expect(0.7 * spread.spread_weight >= 2 * spread.base)
      #expect(spread.novelty_weight * 0.25 <= 0.35 * spread.spread_weight * 0.7)
      let distance = try entry { _, distance in 9 * distance }
      #expect(0.25 * distance.novelty_weight >= 3 * distance.base)
      #expect(distance.spread_weight * 0.7 <= 0.35 * distance.novelty_weight * 0.25)
    }
  }

  /// What the size of made-up errors depends on.
  enum Cause: CaseIterable {
    case nothing, spread, distance, baseAndDistance

    func size(_ spread: Double, _ distance: Double) -> Double {
      switch self {
      case .nothing: 2
      case .spread: 2 * spread
      case .distance: 9 * distance
      case .baseAndDistance: (0.5 + 81 * distance * distance).squareRoot()
      }
    }
  }

  @Test(
    "Intervals hold 68 and 95 of 100 new errors, in each third of the distance",
    arguments: Cause.allCases)
  func coverage(cause: Cause) throws {
    let fit = try Self.fit(Self.made(3000, size: cause.size))
    // Each fold is tried with what the others have taught.
    for third in [nil, 0, 1, 2] {
      let share = fit.coverage.share(nil, third: third)
      // 18000 or 6000 values: three standard deviations are 1.0 or 1.8 points, and 0.5 or 0.8; the
      // weights are of a coarse grid.
      #expect(abs(share.within68 - 0.68) < (third == nil ? 0.015 : 0.03))
      #expect(abs(share.within95 - 0.95) < (third == nil ? 0.01 : 0.015))
    }
  }

  @Test(
    "Quantiles are the smallest that hold ceil(level (n + 1)) of n ratios, or the largest ratio",
    arguments: [1, 2, 5, 19, 20, 40, 89, 90, 91, 92, 300])
  func conformal(count: Int) throws {
    let unseen = Self.made(count) { spread, _ in spread }
    let table = try Self.fit(unseen).table
    // The parts in the order of the distance: thirds, where there are 90.
    let order = unseen.indices.sorted { unseen[$0].distance < unseen[$1].distance }
    let starts = count < 90 ? [0, count] : [0, count / 3, 2 * count / 3, count]
    #expect(table.quantile_distances.count == starts.count - 1)
    for property in MaterialProperty.allCases {
      let entry = table.properties[property.rawValue]
      let ratios = Self.ratios(unseen, property, entry)
      for part in 0..<(starts.count - 1) {
        let own = order[starts[part]..<starts[part + 1]]
        let middle = own[own.startIndex + own.count / 2]
        #expect(table.quantile_distances[part] == unseen[middle].distance)
        for (level, quantiles) in [(68, entry.quantiles_68), (95, entry.quantiles_95)] {
          let quantile = quantiles[part]
          // In whole numbers: level (n + 1) / 100, rounded up.
          let needed = min(own.count, (level * (own.count + 1) + 99) / 100)
          #expect(own.count { ratios[$0] <= quantile * (1 + 1e-9) } == needed)
          #expect(own.contains { abs(ratios[$0] / quantile - 1) < 1e-9 })
        }
      }
    }
  }

  @Test("Distances that hardly differ are not divided", arguments: [0.0, 0.25])
  func equalDistances(distance: Double) throws {
    var unseen = Self.made(300) { spread, _ in spread }
    for index in unseen.indices where index % 5 != 0 { unseen[index].distance = distance }
    let fit = try Self.fit(unseen)
    #expect(fit.table.quantile_distances == [distance])
    #expect(fit.table.properties.allSatisfy { $0.quantiles_68.count == 1 })
    #expect(fit.coverage.share(nil).count == 1800)
  }

  @Test("A third with too few values of a property takes the quantile of all")
  func fewInAThird() throws {
    var unseen = Self.made(120) { spread, _ in spread }
    let far = unseen.indices.sorted { unseen[$0].distance < unseen[$1].distance }.suffix(40)
    for index in far.dropFirst(19) { unseen[index].errors.bondAngle = .nan }
    let entry = try Self.fit(unseen).table.properties[MaterialProperty.bondAngle.rawValue]
    let ratios = Self.ratios(unseen, .bondAngle, entry)
    #expect(ratios.count == 99)
    // ceil(0.68 x 100) of 99 in the last third, and not in the others.
    #expect(ratios.count { $0 <= entry.quantiles_68[2] * (1 + 1e-9) } == 68)
    #expect(entry.quantiles_68[0] != entry.quantiles_68[2])
  }

  @Test("Where errors near the references have another shape, the intervals hold there too")
  func shapes() throws {
    // Near: nine of ten errors are a tenth of the others; far away none.
    var generator = SeededGenerator(seed: 5)
    let unseen = Self.made(3000) { _, distance in
      generator.uniform() < 0.9 * (0.4 - distance) / 0.3 ? 0.1 : 1
    }
    let fit = try Self.fit(unseen)
    for third in 0..<3 {
      // One quantile for all would hold 81, 64 and 59 of 100.
      #expect(abs(fit.coverage.share(nil, third: third).within68 - 0.68) < 0.03)
      #expect(abs(fit.coverage.share(nil, third: third).within95 - 0.95) < 0.015)
    }
  }

  @Test("A site without the property has no say")
  func missing() throws {
    var unseen = Self.made(12) { _, _ in 1 }
    for index in [0, 3, 7] { unseen[index].errors.bondAngle = .nan }
    let fit = try Self.fit(unseen)
    #expect(fit.residuals(.bondAngle).count == 9)
    #expect(fit.residuals(.bondLength).count == 12)
    #expect(fit.coverage.share(.bondAngle).count == 9)
    let squares = unseen.map(\.errors.bondAngle).filter { !$0.isNaN }.reduce(0) { $0 + $1 * $1 }
    #expect(abs(fit.table.properties[1].base / (squares / 9).squareRoot() - 1) < 1e-9)
  }

  @Test("Without any error there is a base to divide by")
  func exact() throws {
    let entry = try Self.fit(Self.made(50) { _, _ in 0 }).table.properties[0]
    #expect(entry.base > 0 && entry.quantiles_68 == [0] && entry.quantiles_95 == [0])
  }

  @Test("Novelty: the distance of each seen row to the nearest of another group")
  func novelty() throws {
    let sites = TinyDatabase.sites(groups: 5, sitesPerGroup: 3)
    let seen = Array(2..<13)
    let dataset = try TinyDatabase.dataset(sites)
    let features = dataset.features
    var nearest: [Double] = []
    for row in seen {
      var best = Double.infinity
      for other in seen where sites[other].group != sites[row].group {
        let squares = (0..<14).map {
          pow(Double(features[row, $0]) - Double(features[other, $0]), 2)
        }
        best = min(best, (squares.reduce(0, +) / 14).squareRoot())
      }
      nearest.append(best)
    }
    nearest.sort()
    let table = CalibrationFit(dataset: dataset, seen: seen, unseen: []).table.novelty
    #expect(table.distances.count == 101)
    // With 11 distances each tenth percentile is one of them.
    for (index, distance) in nearest.enumerated() {
      #expect(abs(table.distances[10 * index] - distance) < 1e-12)
    }
    #expect(table.flag_level == 0.99)
  }

  struct Percentiles: Decodable {
    var sorted: [Double]
    var percentiles: [Double]
  }

  @Test("Percentiles as numpy.percentile has them", arguments: 0..<5)
  func percentiles(_ index: Int) throws {
    let expected = try Fixture.load("dataset/percentiles.json", as: [Percentiles].self)[index]
    let actual = CalibrationFit.percentiles(of: expected.sorted)
    #expect(actual.count == 101)
    for (one, other) in zip(actual, expected.percentiles) { #expect(abs(one - other) < 1e-12) }
  }
}
