import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

/// The flag that rests on smoothed spectra, against its definition in double precision.
@Suite("Broad shapes of the references")
struct ReferenceShapesTests {
  private static let features = 40

  /// Random spectra: sums of a few cosines, with noise from point to point.
  private static func spectra(_ count: Int, seed: UInt64, size: Double) -> [[Float]] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let waves = (1...5).map { wave in (Double(wave), size * generator.normal()) }
      return (0..<features).map { point in
        let place = Double(point) / Double(features) * .pi
        let sum = waves.reduce(1) { $0 + $1.1 * cos($1.0 * place) }
        return Float(sum + 0.3 * generator.normal())
      }
    }
  }

  /// A model of these references whose novelty is never above its level.
  ///
  /// - Parameter groups: of the references, for format 2; nil for format 1, which has none.
  private static func model(
    _ references: [[Float]], ids: [String], groups: [Int]? = nil, gridStep: Double = 0.5
  ) throws -> Model {
    var object = SmallModel.object(
      features: features, references: references.count, format: groups == nil ? 1 : 2)
    var preprocessing = try #require(object["preprocessing"] as? [String: Any])
    var grid = try #require(preprocessing["grid"] as? [String: Any])
    grid["step_ev"] = gridStep
    preprocessing["grid"] = grid
    object["preprocessing"] = preprocessing
    var known: [String: Any] = [
      "features": SmallModel.payload(
        references.flatMap { $0 }, shape: [references.count, features]),
      "ids": ids, "properties": references.map { _ in [1.6, 150, 16, 0.5, -1, 542] },
    ]
    known["groups"] = groups
    object["references"] = known
    var calibration = try #require(object["calibration"] as? [String: Any])
    calibration["novelty"] = ["distances": (0...100).map { Double($0) }, "flag_level": 1]
    object["calibration"] = calibration
    let bytes = try SmallModel.sealed(object)
    return try Model(json: bytes.span)
  }

  private static func isOutside(_ spectrum: [Float], _ model: borrowing Model) throws -> Bool {
    var workspace = try model.makeWorkspace(channelCount: 0)
    return try model.predict(features: spectrum.span, using: &workspace)
      .flags.contains(.outsideReferenceDomain)
  }

  /// By definition: a Gaussian of 1.5 eV on a grid of 0.5 eV, the ends held.
  private static func smooth(_ spectrum: [Float]) -> [Double] {
    spectrum.indices.map { center in
      var (sum, weights) = (0.0, 0.0)
      for offset in -12...12 {
        let weight = exp(-0.5 * Double(offset * offset) / 9)
        sum += weight * Double(spectrum[min(features - 1, max(0, center + offset))])
        weights += weight
      }
      return sum / weights
    }
  }

  /// The same on any grid: points half an electron volt apart, the first half of that from the start.
  private static func smooth(_ spectrum: [Float], gridStep: Double) -> [Double] {
    let step = max(1, Int((0.5 / gridStep).rounded()))
    let width = 1.5 / gridStep
    let half = min(features, Int((4 * width).rounded(.up)))
    return (0..<(features + step - 1) / step).map { point in
      var (sum, weights) = (0.0, 0.0)
      for offset in -half...half {
        let weight = exp(-0.5 * Double(offset * offset) / (width * width))
        let place = point * step + step / 2 + offset
        sum += weight * Double(spectrum[min(features - 1, max(0, place))])
        weights += weight
      }
      return sum / weights
    }
  }

  private static func distance(_ one: [Double], _ other: [Double]) -> Double {
    zip(one, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  @Test(
    "A spectrum is outside beyond 95 % of the distances between materials, or groups of them",
    arguments: [1, 3], [1, 2])
  func definition(sitesPerMaterial: Int, format: Int) throws {
    let references = Self.spectra(60, seed: 1, size: 0.1)
    let materials = references.indices.map { $0 / sitesPerMaterial }
    // Where there are groups, the identifiers say nothing.
    let model =
      format == 1
      ? try Self.model(references, ids: materials.enumerated().map { "m\($1)/O\($0)" })
      : try Self.model(
        references, ids: references.indices.map { "m\($0 % 4)/O\($0)" },
        groups: materials.map { 999_999_999 - $0 })
    let shapes = references.map(Self.smooth)
    let nearest = shapes.indices.map { one in
      shapes.indices.filter { materials[$0] != materials[one] }
        .map { Self.distance(shapes[one], shapes[$0]) }.min() ?? 0
    }
    let limit = CalibrationFit.percentiles(of: nearest.sorted())[95]
    var outside = 0
    for size in [0.05, 0.1, 0.2, 0.3] {
      for spectrum in Self.spectra(50, seed: 2, size: size) {
        let own = Self.smooth(spectrum)
        let distance = shapes.map { Self.distance(own, $0) }.min() ?? 0
        if abs(distance / limit - 1) < 1e-4 { continue }
        #expect(try Self.isOutside(spectrum, model) == (distance > limit))
        if distance > limit { outside += 1 }
      }
    }
    #expect(outside > 20 && outside < 180)
    for reference in references { #expect(try !Self.isOutside(reference, model)) }
  }

  @Test("Without enough references, or of one material, no shape is unusual")
  func unknown() throws {
    let strange = Self.spectra(1, seed: 9, size: 5)[0]
    let few = Self.spectra(19, seed: 1, size: 0.1)
    #expect(try !Self.isOutside(strange, Self.model(few, ids: few.indices.map { "m\($0)" })))
    let many = Self.spectra(40, seed: 1, size: 0.1)
    #expect(try !Self.isOutside(strange, Self.model(many, ids: many.indices.map { "m/O\($0)" })))
    let ids = many.indices.map { "m\($0)/O1" }
    #expect(try Self.isOutside(strange, Self.model(many, ids: ids)))
    let oneGroup = many.map { _ in 7 }
    #expect(try !Self.isOutside(strange, Self.model(many, ids: ids, groups: oneGroup)))
  }

  // At the finest the only point of the shape lies far behind the end of the spectrum.
  @Test(
    "So it is on every grid that a model file may have",
    arguments: [1e-4, 1e-3, 0.01, 0.03, 0.1, 0.5, 3, 100])
  func grids(gridStep: Double) throws {
    let references = Self.spectra(60, seed: 6, size: 0.1)
    let model = try Self.model(
      references, ids: references.indices.map { "m\($0)/O1" }, gridStep: gridStep)
    let shapes = references.map { Self.smooth($0, gridStep: gridStep) }
    let nearest = shapes.indices.map { one in
      shapes.indices.filter { $0 != one }.map { Self.distance(shapes[one], shapes[$0]) }.min() ?? 0
    }.sorted()
    let place = 0.95 * Double(nearest.count - 1)
    let below = Int(place)
    let level = nearest[below] + (place - Double(below)) * (nearest[below + 1] - nearest[below])
    var found = [false: 0, true: 0]
    for spectrum in Self.spectra(200, seed: 7, size: 0.2) {
      let shape = Self.smooth(spectrum, gridStep: gridStep)
      let distance = shapes.map { Self.distance(shape, $0) }.min() ?? 0
      guard abs(distance / level - 1) > 1e-3 else { continue }
      #expect(try Self.isOutside(spectrum, model) == (distance > level))
      found[distance > level, default: 0] += 1
    }
    #expect((found[false] ?? 0) > 5 && (found[true] ?? 0) > 5)
  }
}
