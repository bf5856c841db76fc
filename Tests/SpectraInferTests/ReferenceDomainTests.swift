import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

/// The flag that rests on networks (format 3), against its definition in double precision.
@Suite("Networks of the reference domain")
struct ReferenceDomainTests {
  private static let features = 24

  /// A model whose novelty is never above its level.
  private static func model(
    _ networks: [FeedForwardNetwork], level: Double, references: Int = 5
  ) throws -> Model {
    var object = SmallModel.object(
      features: features, hidden: [9], members: 2, references: references, format: 3)
    object["domain"] = SmallModel.domain(networks, level: level)
    try silenceNovelty(of: &object)
    let bytes = try SmallModel.sealed(object)
    return try Model(json: bytes.span)
  }

  private static func silenceNovelty(of object: inout [String: Any]) throws {
    var calibration = try #require(object["calibration"] as? [String: Any])
    calibration["novelty"] =
      ["distances": (0...100).map { Double($0) }, "flag_level": 1] as [String: Any]
    object["calibration"] = calibration
  }

  private static func isOutside(_ spectrum: [Float], _ model: borrowing Model) throws -> Bool {
    var workspace = try model.makeWorkspace(channelCount: 0)
    return try model.predict(features: spectrum.span, using: &workspace)
      .flags.contains(.outsideReferenceDomain)
  }

  private static func inputs(_ count: Int) -> [[Float]] {
    var generator = SeededGenerator(seed: 31)
    return (0..<count).map { _ in (0..<features).map { _ in Float(1 + 0.3 * generator.normal()) } }
  }

  private static func networks(_ count: Int, hidden: [Int]) -> [FeedForwardNetwork] {
    var generator = SeededGenerator(seed: 32)
    return (0..<count).map { _ in
      FeedForwardNetwork(inputs: features, hidden: hidden, outputs: 1, generator: &generator)
    }
  }

  /// A network that gives this number for any spectrum.
  private static func constant(_ output: Float) -> FeedForwardNetwork {
    FeedForwardNetwork(layers: [
      DenseParameters(
        inputs: features, outputs: 1, weights: [Float](repeating: 0, count: features),
        bias: [output])
    ])
  }

  /// Mean output of networks in double precision.
  private static func output(_ networks: [FeedForwardNetwork], _ spectrum: [Float]) -> Double {
    SmallModel.outputs(networks, spectrum).reduce(0) { $0 + $1[0] } / Double(networks.count)
  }

  /// The level that as many of these outputs are above as below.
  private static func median(_ outputs: [Double]) -> Double {
    let sorted = outputs.sorted()
    return (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
  }

  @Test(
    "A spectrum is outside where the mean output is above the level, with references or without",
    arguments: [[], [5], [40, 3]] as [[Int]], [0, 5])
  func definition(hidden: [Int], references: Int) throws {
    let networks = Self.networks(3, hidden: hidden)
    let inputs = Self.inputs(200)
    let outputs = inputs.map { Self.output(networks, $0) }
    let level = Self.median(outputs)
    let model = try Self.model(networks, level: level, references: references)
    var compared = 0
    for (spectrum, output) in zip(inputs, outputs) where abs(output - level) > 1e-5 {
      #expect(try Self.isOutside(spectrum, model) == (output > level))
      compared += 1
    }
    #expect(compared > 150)
  }

  @Test(
    "A mean output that is equal to the level is inside",
    arguments: [
      (0.25, 0.25, false), (Float(0.25).nextUp, 0.25, true), (0.25, 0.25.nextDown, true),
      (-1, -1, false), (3e38, 1e6, true), (-3e38, -1e6, false),
    ] as [(Float, Double, Bool)])
  func equal(output: Float, level: Double, isOutside: Bool) throws {
    let model = try Self.model([Self.constant(output), Self.constant(output)], level: level)
    #expect(try Self.isOutside(Self.inputs(1)[0], model) == isOutside)
  }

  @Test("The mean is taken over all networks, in double precision")
  func mean() throws {
    // In single precision the sum of the three would be 0.
    let networks = ([0x1p24, 0.75, -0x1p24] as [Float]).map { Self.constant($0) }
    let spectrum = Self.inputs(1)[0]
    #expect(try Self.isOutside(spectrum, Self.model(networks, level: 0.24)))
    #expect(try !Self.isOutside(spectrum, Self.model(networks, level: 0.26)))
  }

  @Test(
    "Networks that overflow are outside of any domain", arguments: [[1, -1], [1, 1]] as [[Float]])
  func overflow(weights: [Float]) throws {
    let first = DenseParameters(
      inputs: Self.features, outputs: 2,
      weights: [Float](repeating: 3e38, count: 2 * Self.features), bias: [0, 0])
    let last = DenseParameters(inputs: 2, outputs: 1, weights: weights, bias: [0])
    let model = try Self.model([FeedForwardNetwork(layers: [first, last])], level: 1e6)
    #expect(try Self.isOutside([Float](repeating: 3, count: Self.features), model))
    #expect(try !Self.isOutside([Float](repeating: 1, count: Self.features), model))
  }

  /// The numbers of a prediction, to be compared to the last bit.
  private static func bits(_ prediction: Prediction) -> [UInt64] {
    MaterialProperty.allCases.flatMap { property in
      [prediction[property].value.bitPattern, prediction[property].standardError.bitPattern]
    } + [prediction.novelty.bitPattern, UInt64(prediction.flags.rawValue)]
  }

  // Wider and narrower than the members of the model, which have 9 hidden nodes.
  @Test(
    "A batch of any size gives the bits of single predictions", arguments: [1, 63, 64, 65, 130],
    [[], [40, 3], [8, 8, 8, 8]] as [[Int]])
  func batch(count: Int, hidden: [Int]) throws {
    let networks = Self.networks(3, hidden: hidden)
    let inputs = Self.inputs(count)
    let level = Self.median(Self.inputs(130).map { Self.output(networks, $0) })
    let model = try Self.model(networks, level: level)
    var workspace = try model.makeWorkspace(channelCount: 0)
    let rows = inputs.flatMap { $0 }
    var outside = 0
    try model.predict(
      features: rows.span, featureCount: Self.features, spectrumCount: count,
      spectrumStride: Self.features, using: &workspace
    ) { index, outcome in
      do {
        let own = inputs[index]
        var other = try model.makeWorkspace(channelCount: 0)
        let single = try model.predict(features: own.span, using: &other)
        #expect(try Self.bits(outcome.get()) == Self.bits(single))
        if single.flags.contains(.outsideReferenceDomain) { outside += 1 }
      } catch {
        Issue.record(error)
      }
    }
    if count == 130 { #expect(outside > 0 && outside < count) }
  }

  // Flat references, each farther above the one below: the distances to the nearest are 0.01 times 1,
  // 1, 2, 3 ... 39, whose quantiles at 95 and 98 % are 0.3705 and 0.3822.
  @Test(
    "Beside networks only a shape beyond 98 % of the references is unlike them, in place of 95",
    arguments: [2, 3], [(0.36, []), (0.376, [2]), (0.395, [2, 3])] as [(Double, [Int])])
  func shapes(format: Int, spectrum: (distance: Double, flaggedIn: [Int])) throws {
    let count = 40
    let levels: [Double] = (0..<count).map { index in
      let sum = index * (index + 1) / 2
      return 1 + 0.01 * Double(sum)
    }
    let references = levels.flatMap { [Float](repeating: Float($0), count: Self.features) }
    var object = SmallModel.object(features: Self.features, references: count, format: format)
    object["references"] =
      [
        "features": SmallModel.payload(references, shape: [count, Self.features]),
        "ids": (0..<count).map { "m\($0)/O1" }, "groups": Array(0..<count),
        "properties": (0..<count).map { _ in [1.6, 150, 16, 0.5, -1, 542] },
      ] as [String: Any]
    if format == 3 { object["domain"] = SmallModel.domain([Self.constant(0)], level: 0) }
    try Self.silenceNovelty(of: &object)
    let bytes = try SmallModel.sealed(object)
    let model = try Model(json: bytes.span)
    let flat = [Float](
      repeating: Float(levels[count - 1] + spectrum.distance), count: Self.features)
    #expect(try Self.isOutside(flat, model) == spectrum.flaggedIn.contains(format))
  }
}
