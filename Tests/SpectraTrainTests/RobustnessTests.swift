import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
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

  @Test("Groups that are held out are not tested")
  func heldOut() throws {
    var sites = TinyDatabase.sites()
    // A mean that learned from them, or an error of theirs, would be far away.
    for index in sites.indices {
      sites[index].properties.bondLength =
        sites[index].group == "g3" ? 1000 : Double(index % 2)
    }
    let table = try RobustnessStudy(TinyDatabase.dataset(sites), seed: 1)
      .table(of: TinyDatabase.plan(heldOut: ["g3"]), views: nil)
    for index in DisturbedMeasurements.points.indices where table.refused[index] == 0 {
      let tested = table[index, .bondLength]
      #expect(tested.count == DisturbedMeasurements.repeats * (sites.count - 2))
      #expect(tested.meanErrorOfPredictingTheMean <= 1)
    }
  }

  static let parts = [false, true].flatMap { isAugmented in
    [1, 2].map { RobustnessResults.Part(isAugmented: isAugmented, seed: $0) }
  }

  /// Files of a folder by their names.
  static func files(_ folder: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      files[name] = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
    }
    return files
  }

  @Test("A study that is interrupted and gone on with, in any order, leaves the same files")
  func resume() throws {
    let (once, twice) = (try TemporaryFolder(), try TemporaryFolder())
    let dataset = try TinyDatabase.dataset()
    let plan = TinyDatabase.plan()
    let table = try RobustnessStudy(dataset, seed: 1).table(of: plan, views: nil)
    var results = try RobustnessResults(plan, dataset, in: once.path + "/out")
    for part in Self.parts { try results.add(table, part) }
    for part in Self.parts.reversed() {
      var results = try RobustnessResults(plan, dataset, in: twice.path + "/out")
      #expect(!results.contains(part))
      try results.add(table, part)
    }
    let files = try Self.files(once.path + "/out")
    #expect(files.keys.sorted() == ["robustness.csv", "robustness.json"])
    #expect(files == (try Self.files(twice.path + "/out")))
    let again = try RobustnessResults(plan, dataset, in: twice.path + "/out")
    #expect(Self.parts.allSatisfy(again.contains))
    let points = DisturbedMeasurements.points.count
    #expect(files["robustness.csv"]?.count { $0 == 10 } == 1 + 4 * points * 6)
  }

  @Test("A study of other options, a damaged one and a strange folder are refused")
  func refusals() throws {
    let dataset = try TinyDatabase.dataset()
    let plan = TinyDatabase.plan()
    let folder = try TemporaryFolder()
    _ = try RobustnessResults(plan, dataset, in: folder.path + "/out")
    #expect(throws: DataError.self) {
      try RobustnessResults(TinyDatabase.plan(epochs: 5), dataset, in: folder.path + "/out")
    }
    for damage in ["", "alignment\n", "a,b,c,d,e,f,g,h,i,j\n1,2,3,4,5,6,7,8,9,0\n"] {
      try folder.write(damage, to: "out/robustness.csv")
      #expect(throws: DataError.self) {
        try RobustnessResults(plan, dataset, in: folder.path + "/out")
      }
    }
    try folder.write("mine", to: "letter.txt")
    #expect(throws: DataError.self) { try RobustnessResults(plan, dataset, in: folder.path) }
  }
}
