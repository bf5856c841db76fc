import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Calibration")
struct CalibrationTests {
  /// A fit to made-up predictions: member k validates on every third row from k on.
  struct Trial {
    let dataset: Dataset
    let splits: [Split]
    let scaling = Scaling(mean: [1, 2, 3, 4, 5, 600], scale: [2, 1, 0.5, 3, 1, 10])
    let predicted: [Matrix]
    let seen: [Int]

    init(sites: [SimulatedSite], members: Int, seen: [Int]? = nil) throws {
      dataset = try TinyDatabase.dataset(sites)
      let rows = Array(sites.indices)
      self.seen = seen ?? rows
      splits = (0..<members).map { member in
        let validation = members == 1 ? rows : rows.filter { $0 % 3 == member }
        return Split(
          training: rows.filter { !validation.contains($0) }, validation: validation, test: [])
      }
      predicted = (0..<members).map {
        normalMatrix(rows: sites.count, columns: 6, seed: 100 + UInt64($0))
      }
    }

    var table: ModelDocument.CalibrationTable {
      CalibrationFit(
        dataset: dataset, seen: seen, splits: splits, targetScaling: scaling, predicted: predicted
      ).table
    }

    /// Errors of the validated predictions, and the standard deviation of the members there.
    func residuals(_ property: MaterialProperty) -> [(error: Double, spread: Double)] {
      let column = property.rawValue
      return splits.indices.flatMap { member in
        splits[member].validation.compactMap { row in
          let expected = dataset.sites[row].properties[property]
          if expected.isNaN { return nil }
          let values = predicted.map {
            scaling.mean[column] + scaling.scale[column] * Double($0[row, column])
          }
          // The mean square of all differences of two is twice the variance (n - 1).
          var squares = 0.0
          for one in values { for other in values { squares += (one - other) * (one - other) } }
          let pairs = Double(max(1, values.count * (values.count - 1)))
          return (values[member] - expected, (squares / pairs / 2).squareRoot())
        }
      }
    }
  }

  @Test("The mean square of error over scale is 1", arguments: [1, 2, 3])
  func base(members: Int) throws {
    let trial = try Trial(sites: TinyDatabase.sites(groups: 15), members: members)
    for property in MaterialProperty.allCases {
      let entry = trial.table.properties[property.rawValue]
      let residuals = trial.residuals(property)
      let sum = residuals.reduce(0) {
        $0 + $1.error * $1.error / (entry.base * entry.base + $1.spread * $1.spread)
      }
      let share = sum / Double(residuals.count)
      if entry.base > 1e-5 {
        #expect(abs(share - 1) < 1e-6)
      } else {
        #expect(share <= 1)
      }
      #expect(entry.spread_weight == 1 && entry.novelty_weight == 0)
    }
    // With one member nothing but the error is there.
    if members == 1 {
      let residuals = trial.residuals(.bondLength)
      let square = residuals.reduce(0) { $0 + $1.error * $1.error } / Double(residuals.count)
      #expect(abs(trial.table.properties[0].base / square.squareRoot() - 1) < 1e-9)
    }
  }

  @Test(
    "Quantiles are the smallest that hold ceil(level (n + 1)) of n ratios, or the largest ratio",
    arguments: [1, 2, 5, 19, 20, 40], [1, 3])
  func conformal(count: Int, members: Int) throws {
    if members == 3 && count < 5 { return }
    let sites = TinyDatabase.sites(groups: count, sitesPerGroup: 1)
    let trial = try Trial(sites: sites, members: members)
    for property in MaterialProperty.allCases {
      let entry = trial.table.properties[property.rawValue]
      let ratios = trial.residuals(property).map {
        abs($0.error) / (entry.base * entry.base + $0.spread * $0.spread).squareRoot()
      }
      #expect(ratios.count == count)
      for (level, quantile) in [(68, entry.quantile_68), (95, entry.quantile_95)] {
        // In whole numbers: level (n + 1) / 100, rounded up.
        let needed = min(count, (level * (count + 1) + 99) / 100)
        #expect(ratios.count { $0 <= quantile * (1 + 1e-9) } == needed)
        #expect(ratios.contains { abs($0 / quantile - 1) < 1e-9 })
      }
    }
  }

  @Test("A site without the property has no say")
  func missing() throws {
    var sites = TinyDatabase.sites(groups: 6)
    for index in [0, 3, 7] { sites[index].properties.bondAngle = .nan }
    let trial = try Trial(sites: sites, members: 1)
    let residuals = trial.residuals(.bondAngle)
    #expect(residuals.count == 9)
    let square = residuals.reduce(0) { $0 + $1.error * $1.error } / 9
    #expect(abs(trial.table.properties[1].base / square.squareRoot() - 1) < 1e-9)
  }

  @Test("Novelty: the distance of each seen row to the nearest of another group")
  func novelty() throws {
    let sites = TinyDatabase.sites(groups: 5, sitesPerGroup: 3)
    let seen = Array(2..<13)
    let trial = try Trial(sites: sites, members: 1, seen: seen)
    let features = trial.dataset.features
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
    let table = trial.table.novelty
    #expect(table.distances.count == 101)
    // With 11 distances each tenth percentile is one of them.
    for (index, distance) in nearest.enumerated() {
      #expect(abs(table.distances[10 * index] - distance) < 1e-12)
    }
    #expect(table.flag_level == 0.95)
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
