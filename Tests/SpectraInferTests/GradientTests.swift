import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Gradient of the properties")
struct GradientTests {
  /// Gradient of one property of a small model in double precision, forwards: each feature carries
  /// its derivative through the layers, which the library does the other way round. With
  /// `magnitudes`, terms are added up without their signs.
  static func forward(
    _ networks: [FeedForwardNetwork], _ features: [Float], _ property: Int,
    magnitudes: Bool = false
  ) -> [Double] {
    let targetScale = [0.05, 18, 4, 0.06, 0.05, 1]
    return features.indices.map { feature in
      let sum = networks.reduce(0.0) { sum, network in
        var values = features.map { (Double($0) - 1) / 0.5 }
        var derivatives = features.indices.map { $0 == feature ? 2.0 : 0 }
        for (index, layer) in network.layers.enumerated() {
          func product(_ input: [Double], _ output: Int, magnitudes: Bool = false) -> Double {
            (0..<layer.inputs).reduce(0) {
              let weight = Double(layer.weights[output * layer.inputs + $1])
              return $0 + (magnitudes ? abs(weight) : weight) * input[$1]
            }
          }
          let sums = (0..<layer.outputs).map { Double(layer.bias[$0]) + product(values, $0) }
          let slopes = (0..<layer.outputs).map {
            product(derivatives, $0, magnitudes: magnitudes)
          }
          let isLast = index == network.layers.count - 1
          values = isLast ? sums : sums.map { max(0, $0) }
          derivatives = zip(slopes, sums).map { isLast || $0.1 > 0 ? $0.0 : 0 }
        }
        return sum + derivatives[property]
      }
      return targetScale[property] * sum / Double(networks.count)
    }
  }

  // Weights have 12 bits on the way back and gradients 13: each layer adds some 1e-4 of what its
  // terms come to.
  @Test(
    "It is that of the chain rule in double precision, for any number of layers",
    arguments: [[], [9], [33, 17], [20, 7, 30, 5], [300, 290]], [1, 3])
  func chainRule(hidden: [Int], members: Int) throws {
    let bytes = try SmallModel.bytes(features: 24, hidden: hidden, members: members)
    let model = try Model(json: bytes.span)
    let networks = SmallModel.networks(features: 24, hidden: hidden, members: members)
    var workspace = try model.makeWorkspace(channelCount: 0)
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<10 {
      let features = (0..<24).map { _ in Float(1 + 0.3 * generator.normal()) }
      for property in MaterialProperty.allCases {
        var actual = [Float](repeating: .nan, count: 24)
        var span = actual.mutableSpan
        try model.gradient(
          of: property, features: features.span, into: &span, using: &workspace)
        let expected = Self.forward(networks, features, property.rawValue)
        let size =
          Self.forward(networks, features, property.rawValue, magnitudes: true).max() ?? 0
        for (one, other) in zip(actual, expected) {
          #expect(abs(Double(one) - other) <= (hidden.isEmpty ? 1e-6 : 5e-4) * size)
        }
      }
    }
  }

  @Test("A gradient of another length is refused")
  func count() throws {
    let bytes = try SmallModel.bytes(features: 4)
    let model = try Model(json: bytes.span)
    var workspace = try model.makeWorkspace(channelCount: 0)
    let features: [Float] = [1, 1, 1, 1]
    var short = [Float](repeating: 0, count: 3)
    let error = #expect(throws: SpectraError.self) {
      var span = short.mutableSpan
      try model.gradient(
        of: .bondAngle, features: features.span, into: &span, using: &workspace)
    }
    #expect(error?.code == .count)
  }
}
