import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Learning curve")
struct LearningCurveTests {
  /// One site has no bond angle.
  static func curve(groups: Int = 12, epochs: Int = 2) throws -> LearningCurve {
    var sites = TinyDatabase.sites(groups: groups)
    sites[5].properties.bondAngle = .nan
    return LearningCurve(
      try TinyDatabase.dataset(sites), plan: TinyDatabase.plan(members: 2, epochs: epochs))
  }

  @Test("With all groups the errors are those of the cross-validation, network, mean and nearest")
  func whole() throws {
    let curve = try Self.curve()
    let point = try curve.point(share: 1, seed: 4)
    let validation = CrossValidation(dataset: curve.dataset, plan: curve.plan, seeds: [4])
    var study = try CrossValidationStudy(validation, in: nil)
    try EvaluationStudyTests.run(&study, (0..<10).map { (4, $0) })
    let expected = ErrorTable(study.predictions(seed: 4))
    for property in MaterialProperty.allCases {
      #expect(point[property].count == expected[property, .network].count)
      for predictor in Predictor.allCases {
        let (one, other) = (
          point[property][predictor], expected[property, predictor].meanAbsolute
        )
        // The model keeps its weights and references in single precision.
        #expect(abs(one - other) < 1e-5 * (1 + other), "\(property), \(predictor)")
      }
    }
    #expect(point[.bondAngle].count == 23 && point[.bondLength].count == 24)
  }

  @Test("A network that diverges is told of, and no error without it")
  func divergence() throws {
    let curve = LearningCurve(
      try TinyDatabase.dataset(), plan: TinyDatabase.plan(learningRate: 1e38))
    let error = #expect(throws: DataError.self) { try curve.point(share: 1, seed: 1) }
    #expect(error?.description.contains("learning rate") == true)
  }

  @Test("Measurements that are learned from are those of each seed", arguments: [1, 4] as [UInt64])
  func measurements(seed: UInt64) throws {
    let dataset = try TinyDatabase.dataset()
    var plan = TinyDatabase.plan(members: 2, seed: seed)
    plan.augmentation = Augmentation(viewCount: 3, seed: seed)
    let expected = try LearningCurve(dataset, plan: plan).point(share: 0.5, seed: seed)
    plan.augmentation?.seed = 9
    let point = try LearningCurve(dataset, plan: plan).point(share: 0.5, seed: seed)
    for property in MaterialProperty.allCases {
      #expect(point[property][.network] == expected[property][.network])
    }
    let validation = CrossValidation(dataset: dataset, plan: plan, seeds: [seed])
    #expect(validation.plan(seed: seed, fold: 2).augmentation?.seed == seed)
  }

  @Test("Groups are counted, and a share of them is learned from", arguments: LearningCurve.shares)
  func counts(share: Double) throws {
    let curve = try Self.curve(groups: 40, epochs: 1)
    let point = try curve.point(share: share, seed: 1)
    // Four groups of two sites in each of ten folds, 36 outside of one.
    #expect(point.groupCount == (36 * share).rounded())
    #expect(point.spectrumCount == 2 * point.groupCount)
    #expect(point[.bondLength].count == 80)
  }

  @Test("Thinned folds keep the tested fold whole, divide no group, and lie in one another")
  func thinning() {
    let groups = (0..<50).flatMap { group in Array(repeating: "g\(group)", count: 1 + group % 3) }
    let folds = Folds(groups: groups, rule: .group, seed: 7, heldOut: ["g4"])
    for fold in [0, 3, 9] {
      var larger = Set(groups.indices.filter { folds.assignment[$0] != nil })
      for share in LearningCurve.shares {
        let thinned = folds.thinned(to: share, outside: fold, groups: groups, seed: 2)
        let kept = Set(groups.indices.filter { thinned.assignment[$0] != nil })
        #expect(kept.isSubset(of: larger))
        #expect(kept.allSatisfy { thinned.assignment[$0] == folds.assignment[$0] })
        let tested = groups.indices.filter { folds.assignment[$0] == fold }
        #expect(kept.isSuperset(of: tested))
        let names = Set(kept.map { groups[$0] })
        #expect(kept.count == groups.count { names.contains($0) })
        if share == 1 { #expect(thinned == folds) }
        larger = kept
      }
    }
    let (one, other) = (
      folds.thinned(to: 0.5, outside: 0, groups: groups, seed: 2),
      folds.thinned(to: 0.5, outside: 0, groups: groups, seed: 3)
    )
    #expect(one != other)
  }

  @Test("Any number of threads gives the same point")
  func threads() throws {
    let curve = try Self.curve()
    let alone = try curve.point(share: 0.5, seed: 1, threads: 1)
    #expect(try curve.point(share: 0.5, seed: 1, threads: 3) == alone)
  }

  @Test("Too few groups are refused, and a curve that is stopped throws")
  func failures() throws {
    let few = try Self.curve(groups: 10)
    #expect(throws: DataError.self) { try few.point(share: 0.125, seed: 1) }
    let curve = try Self.curve()
    #expect(throws: DataError.self) { try curve.point(share: 1, seed: 1) { _ in false } }
  }

  @Test("A curve that is interrupted and gone on with, in any order, leaves the same files")
  func resume() throws {
    let (once, twice) = (try TemporaryFolder(), try TemporaryFolder())
    let curve = try Self.curve()
    let point = try curve.point(share: 1, seed: 1)
    let parts = [UInt64(2), 10].flatMap { seed in
      LearningCurve.shares.map { LearningCurveResults.Part(seed: seed, share: $0) }
    }
    var results = try LearningCurveResults(curve, in: once.path + "/out")
    for part in parts { try results.add(point, part) }
    for part in parts.reversed() {
      var results = try LearningCurveResults(curve, in: twice.path + "/out")
      #expect(!results.contains(part))
      try results.add(point, part)
    }
    let files = try RobustnessTests.files(once.path + "/out")
    #expect(files.keys.sorted() == ["learning-curve.csv", "learning-curve.json"])
    #expect(files == (try RobustnessTests.files(twice.path + "/out")))
    #expect(files["learning-curve.csv"]?.count { $0 == 10 } == 1 + 8 * 6)
  }

  @Test("A curve of other options, a damaged one and a strange folder are refused")
  func refusals() throws {
    let curve = try Self.curve()
    let folder = try TemporaryFolder()
    _ = try LearningCurveResults(curve, in: folder.path + "/out")
    #expect(throws: DataError.self) {
      try LearningCurveResults(Self.curve(epochs: 3), in: folder.path + "/out")
    }
    for damage in ["", "alignment\n", "a,b,c,d,e,f,g,h,i,j\n1,2,3,4,5,6,7,8,9,0\n"] {
      try folder.write(damage, to: "out/learning-curve.csv")
      #expect(throws: DataError.self) {
        try LearningCurveResults(curve, in: folder.path + "/out")
      }
    }
    try folder.write("mine", to: "letter.txt")
    #expect(throws: DataError.self) { try LearningCurveResults(curve, in: folder.path) }
  }
}
