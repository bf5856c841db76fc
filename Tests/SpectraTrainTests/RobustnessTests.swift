import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Robustness")
struct RobustnessTests {
  @Test("Every disturbance has a value at which nothing is disturbed, but for the dose")
  func neutral() {
    let neutral: [Disturbance: Double] = [.shift: 0, .broadening: 1, .background: 0, .mixture: 0]
    for (disturbance, value) in neutral { #expect(disturbance.values.contains(value)) }
    #expect(Disturbance.allCases.allSatisfy { $0.values == $0.values.sorted() })
  }

  @Test("Undisturbed points have one and the same error, and the mean's is computed by hand")
  func study() throws {
    var sites = TinyDatabase.sites()
    for index in sites.indices { sites[index].properties.bondLength = Double(index % 2) }
    let dataset = try TinyDatabase.dataset(sites)
    let table = try RobustnessStudy(dataset, seed: 1).table(of: TinyDatabase.plan(), views: nil)
    let undisturbed = DisturbedMeasurements.points.indices.filter { index in
      let point = DisturbedMeasurements.points[index]
      return [.shift: 0, .broadening: 1, .background: 0, .mixture: 0][point.disturbance]
        == point.value
    }
    #expect(undisturbed.count == 4)
    for property in MaterialProperty.allCases {
      let errors = undisturbed.map { table[$0, property].meanAbsoluteError }
      // The channels of each measurement lie elsewhere.
      #expect(errors.allSatisfy { abs($0 / errors[0] - 1) < 0.05 })
    }
    for index in undisturbed {
      #expect(table[index, .bondLength].count == DisturbedMeasurements.repeats * sites.count)
      // Each group has a 0 and a 1, so that every training part has the mean 0.5.
      #expect(abs(table[index, .bondLength].meanErrorOfPredictingTheMean - 0.5) < 1e-12)
      #expect(table.refused[index] == 0)
    }
  }
}
