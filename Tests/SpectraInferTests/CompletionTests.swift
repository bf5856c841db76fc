import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

/// What is said of all six properties at once, property by property.
@Suite("Flags and refusals of single properties")
struct CompletionTests {
  private static let features = 4
  private static let usual = [1.6, 150, 16, 0.5, -1, 542]

  /// Four references, nearest first, that differ in one property.
  private struct References {
    var properties = [Any](repeating: usual, count: 4)

    /// Changes one of them; NaN: the property is missing.
    mutating func set(_ property: MaterialProperty, of rank: Int, to value: Double) {
      var values = usual.map { NSNumber(value: $0) as Any }
      values[property.rawValue] = value.isNaN ? NSNull() : NSNumber(value: value)
      properties[rank] = values
    }
  }

  /// The small model's prediction of what is nearest to its first reference.
  private static func predict(_ references: References) throws -> Prediction {
    var object = SmallModel.object(features: features, references: 4)
    var member = object["references"] as? [String: Any] ?? [:]
    member["properties"] = references.properties
    object["references"] = member
    return try predict(object, [1, 1, 1, 1])
  }

  private static func predict(_ object: [String: Any], _ features: [Float]) throws -> Prediction {
    let bytes = try SmallModel.sealed(object)
    let model = try Model(json: bytes.span)
    var workspace = try model.makeWorkspace(channelCount: 0)
    return try model.predict(features: features.span, using: &workspace)
  }

  /// A change of one property of one reference.
  struct Change: Sendable, CustomTestStringConvertible {
    var property: MaterialProperty
    var rank: Int
    /// In widths of the 95 % interval.
    var widths: Double
    var testDescription: String { "\(property) of reference \(rank) by \(widths) widths" }
  }

  static let changes = MaterialProperty.allCases.flatMap { property in
    (0..<4).flatMap { rank in
      [0.99, 1.01, -0.99, -1.01].map { Change(property: property, rank: rank, widths: $0) }
    }
  }

  @Test(
    "Ambiguous where the three nearest references differ by more than the 95 % interval is wide",
    arguments: changes)
  func ambiguous(change: Change) throws {
    var references = References()
    let width = try 2 * Self.predict(references)[change.property].halfWidth95
    let value = Self.usual[change.property.rawValue] + change.widths * width
    references.set(change.property, of: change.rank, to: value)
    let found = try Self.predict(references)
    // The fourth one has no say.
    #expect(found.flags.contains(.ambiguous) == (change.rank < 3 && abs(change.widths) > 1))
  }

  @Test(
    "A reference that lacks a property has no say in it", arguments: MaterialProperty.allCases,
    0..<8)
  func missing(property: MaterialProperty, lacking: Int) throws {
    var references = References()
    for rank in 0..<3 {
      let isLacking = lacking >> rank & 1 == 1
      references.set(property, of: rank, to: isLacking ? .nan : Double(rank) * 1e6)
    }
    let found = try Self.predict(references)
    // Two that have it disagree, one cannot.
    #expect(found.flags.contains(.ambiguous) == (lacking.nonzeroBitCount < 2))
  }

  @Test("One output that overflows refuses the spectrum", arguments: MaterialProperty.allCases)
  func overflow(property: MaterialProperty) throws {
    let network = SmallModel.networks(features: Self.features, hidden: [], members: 1)[0]
    var weights = network.layers[0].weights
    let row = property.rawValue * Self.features
    weights.replaceSubrange(row..<row + Self.features, with: [3e38, 3e38, 3e38, 3e38])
    let layer: [String: Any] = [
      "activation": "linear", "bias": SmallModel.payload(network.layers[0].bias, shape: [6]),
      "weights": SmallModel.payload(weights, shape: [6, Self.features]),
    ]
    // The mean of the features, so that no weight counts.
    let input: [Float] = [1, 1, 1, 1]
    var object = SmallModel.object(features: Self.features)
    object["members"] = [["layers": [layer]]]
    object["golden"] = [
      "features": SmallModel.payload(input, shape: [Self.features]),
      "values": SmallModel.expected([network], input),
    ]
    _ = try Self.predict(object, input)
    let error = #expect(throws: SpectraError.self) { try Self.predict(object, [5, 1, 1, 1]) }
    #expect(error?.code == .notFinite)
    #expect(error?.description.contains("overflowed") == true)
  }
}
