import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Prediction")
struct PredictionTests {
  private static let features = 24
  private static let hidden = [33, 17]
  private static let members = 3

  private static func model(references: Int = 5) throws -> Model {
    let bytes = try SmallModel.bytes(
      features: features, hidden: hidden, members: members, references: references)
    return try Model(json: bytes.span)
  }

  private static func inputs(_ count: Int) -> [Float] {
    var generator = SeededGenerator(seed: 21)
    return (0..<count * features).map { _ in Float(1 + 0.3 * generator.normal()) }
  }

  /// The numbers of a prediction, to be compared to the last bit.
  private static func bits(_ prediction: Prediction) -> [UInt64] {
    var numbers = MaterialProperty.allCases.flatMap { property in
      let estimate = prediction[property]
      return [
        estimate.value, estimate.standardError, estimate.halfWidth68, estimate.halfWidth95,
      ]
    }
    numbers.append(prediction.novelty)
    for rank in 0..<prediction.neighborCount {
      numbers.append(prediction.neighbors[rank].distance)
      numbers.append(Double(prediction.neighbors[rank].reference))
    }
    return numbers.map(\.bitPattern) + [UInt64(prediction.flags.rawValue)]
  }

  @Test("Values are those of the definition in double precision")
  func values() throws {
    let model = try Self.model()
    var workspace = try model.makeWorkspace(channelCount: 0)
    let networks = SmallModel.networks(
      features: Self.features, hidden: Self.hidden, members: Self.members)
    let inputs = Self.inputs(20)
    for row in 0..<20 {
      let features = Array(inputs[(row * Self.features)..<((row + 1) * Self.features)])
      let prediction = try model.predict(features: features.span, using: &workspace)
      let expected = SmallModel.expected(networks, features)
      for property in MaterialProperty.allCases {
        let error = abs(prediction[property].value - expected[property.rawValue])
        #expect(error <= 1e-5 * max(1, abs(expected[property.rawValue])))
      }
    }
  }

  @Test(
    "A batch of any size gives the bits of single predictions",
    arguments: [1, 2, 31, 63, 64, 65, 130])
  func batch(count: Int) throws {
    let model = try Self.model()
    var workspace = try model.makeWorkspace(channelCount: 0)
    let inputs = Self.inputs(count)
    var seen = 0
    try model.predict(
      features: inputs.span, featureCount: Self.features, spectrumCount: count,
      spectrumStride: Self.features, using: &workspace
    ) { index, outcome in
      #expect(index == seen)
      seen += 1
      do {
        let own = Array(inputs[(index * Self.features)..<((index + 1) * Self.features)])
        var other = try model.makeWorkspace(channelCount: 0)
        let single = try model.predict(features: own.span, using: &other)
        #expect(try Self.bits(outcome.get()) == Self.bits(single))
      } catch {
        Issue.record(error)
      }
    }
    #expect(seen == count)
  }

  @Test("A bad spectrum of a batch fails alone", arguments: [0, 1, 63, 64, 69])
  func badOne(bad: Int) throws {
    let model = try Self.model()
    var workspace = try model.makeWorkspace(channelCount: 0)
    var inputs = Self.inputs(70)
    var good: [[UInt64]] = []
    try model.predict(
      features: inputs.span, featureCount: Self.features, spectrumCount: 70,
      spectrumStride: Self.features, using: &workspace
    ) { _, outcome in
      if case .success(let prediction) = outcome { good.append(Self.bits(prediction)) }
    }
    #expect(good.count == 70)
    inputs[bad * Self.features + 7] = .nan
    try model.predict(
      features: inputs.span, featureCount: Self.features, spectrumCount: 70,
      spectrumStride: Self.features, using: &workspace
    ) { index, outcome in
      switch outcome {
      case .success(let prediction):
        #expect(index != bad)
        #expect(Self.bits(prediction) == good[index])
      case .failure(let error):
        #expect(index == bad)
        #expect(error.code == .notFinite)
      }
    }
  }

  @Test("The standard error follows from base, spread and distance")
  func standardError() throws {
    let model = try Self.model()
    var workspace = try model.makeWorkspace(channelCount: 0)
    let features = Array(Self.inputs(1))
    let prediction = try model.predict(features: features.span, using: &workspace)
    let networks = SmallModel.networks(
      features: Self.features, hidden: Self.hidden, members: Self.members)
    let each = networks.map { SmallModel.expected([$0], features) }
    let distance = prediction.neighbors[0].distance
    for property in MaterialProperty.allCases {
      let index = property.rawValue
      let values = each.map { $0[index] }
      let mean = values.reduce(0, +) / 3
      let spread = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2).squareRoot()
      // The small model: base 0.25 + index, spread weight 2, novelty weight 0.5, quantiles 1 and 2.
      let base = 0.25 + Double(index)
      let expected = (base * base + 4 * spread * spread + distance * distance / 4).squareRoot()
      #expect(abs(prediction[property].standardError / expected - 1) < 1e-4)
      #expect(prediction[property].halfWidth68 == prediction[property].standardError)
      #expect(prediction[property].halfWidth95 == 2 * prediction[property].standardError)
    }
  }

  @Test(
    "Quantiles lie on straight lines between their distances, and stay beyond them",
    arguments: [
      (0, 1), (0.125, 1), (0.25, 1), (0.375, 2), (0.5, 3), (0.625, 2.75), (0.75, 2.5), (1, 2),
      (1.5, 2),
    ])
  func quantiles(distance: Double, expected: Double) throws {
    var object = SmallModel.object(features: Self.features)
    var calibration = try #require(object["calibration"] as? [String: Any])
    let entries = try #require(calibration["properties"] as? [[String: Any]])
    calibration["quantile_distances"] = [0.25, 0.5, 1]
    calibration["properties"] = entries.map { entry in
      entry.merging(["quantiles_68": [1, 3, 2], "quantiles_95": [10, 30, 20]]) { $1 }
    }
    object["calibration"] = calibration
    let bytes = try SmallModel.sealed(object)
    let model = try Model(json: bytes.span)
    var workspace = try model.makeWorkspace(channelCount: 0)
    let features = copy(model.referenceFeatures).map { $0 + Float(distance) }
    let prediction = try model.predict(features: features.span, using: &workspace)
    #expect(prediction.neighbors[0].distance == distance)
    for property in MaterialProperty.allCases {
      let estimate = prediction[property]
      #expect(abs(estimate.halfWidth68 / estimate.standardError - expected) < 1e-12)
      #expect(abs(estimate.halfWidth95 / estimate.standardError - 10 * expected) < 1e-11)
    }
  }

  /// With a + (b - a) as the end of the line from a to b, rounding would turn them round.
  @Test(
    "Where the quantiles are equal, no 95 % interval is below that of 68 %",
    arguments: [(0.1, 0.2, 0.9), (0.1, 0.4, 1.7), (0.1, 0.8, 2.9)])
  func ordered(first68: Double, first95: Double, last: Double) throws {
    var object = SmallModel.object(features: Self.features)
    var calibration = try #require(object["calibration"] as? [String: Any])
    let entries = try #require(calibration["properties"] as? [[String: Any]])
    calibration["quantile_distances"] = [0.25, 0.5]
    calibration["properties"] = entries.map { entry in
      entry.merging(["quantiles_68": [first68, last], "quantiles_95": [first95, last]]) { $1 }
    }
    object["calibration"] = calibration
    let bytes = try SmallModel.sealed(object)
    let model = try Model(json: bytes.span)
    var workspace = try model.makeWorkspace(channelCount: 0)
    let features = copy(model.referenceFeatures).map { $0 + 0.5 }
    let prediction = try model.predict(features: features.span, using: &workspace)
    #expect(prediction.neighbors[0].distance == 0.5)
    for property in MaterialProperty.allCases {
      #expect(prediction[property].halfWidth95 == prediction[property].halfWidth68)
    }
  }

  @Test("All formats give the same bits where they say the same")
  func formats() throws {
    func bits(_ format: Int) throws -> [UInt64] {
      let bytes = try SmallModel.bytes(
        features: Self.features, hidden: Self.hidden, members: Self.members, references: 3,
        format: format)
      let model = try Model(json: bytes.span)
      var workspace = try model.makeWorkspace(channelCount: 0)
      let prediction = try model.predict(features: Self.inputs(1).span, using: &workspace)
      return MaterialProperty.allCases.flatMap { property in
        let estimate = prediction[property]
        return [
          estimate.value, estimate.standardError, estimate.halfWidth68, estimate.halfWidth95,
        ].map(\.bitPattern)
      }
    }
    #expect(try bits(1) == bits(2))
    #expect(try bits(2) == bits(3))
  }

  @Test("The nearest references are those of a full sort", arguments: [0, 1, 2, 3, 40, 256, 700])
  func neighbors(references: Int) throws {
    let model = try Self.model(references: references)
    var workspace = try model.makeWorkspace(channelCount: 0)
    let inputs = Self.inputs(10)
    let all = copy(model.referenceFeatures)
    for row in 0..<10 {
      let features = Array(inputs[(row * Self.features)..<((row + 1) * Self.features)])
      let prediction = try model.predict(features: features.span, using: &workspace)
      let sorted = (0..<references).map { reference in
        let squares = (0..<Self.features).reduce(0.0) { sum, feature in
          let other = all[reference * Self.features + feature]
          return sum + pow(Double(features[feature]) - Double(other), 2)
        }
        return ((squares / Double(Self.features)).squareRoot(), reference)
      }.sorted { $0 < $1 }
      #expect(prediction.neighborCount == min(3, references))
      for rank in 0..<prediction.neighborCount {
        #expect(prediction.neighbors[rank].reference == sorted[rank].1)
        #expect(abs(prediction.neighbors[rank].distance - sorted[rank].0) < 1e-12)
      }
      #expect(prediction.novelty.isNaN == (references == 0))
    }
  }

  @Test("Novelty is the share of the reference distances below", arguments: [0, 0.3, 5, 49.9, 100])
  func novelty(percent: Double) throws {
    // The small model's quantiles are percent / 64; a uniform offset of the first reference is its
    // distance.
    let model = try Self.model(references: 1)
    var workspace = try model.makeWorkspace(channelCount: 0)
    let features = copy(model.referenceFeatures).map { $0 + Float(percent / 64) }
    let prediction = try model.predict(features: features.span, using: &workspace)
    #expect(abs(prediction.novelty - percent / 100) < 1e-5)
    #expect(prediction.flags.contains(.outsideReferenceDomain) == (percent > 50))
  }

  @Test(
    "Features that are no normalised intensities are refused",
    arguments: [Float.nan, .infinity, -.infinity, 1e7, -1e7])
  func hostile(value: Float) throws {
    let model = try Self.model()
    var workspace = try model.makeWorkspace(channelCount: 0)
    var features = Array(Self.inputs(1))
    features[Self.features - 1] = value
    do throws(SpectraError) {
      _ = try model.predict(features: features.span, using: &workspace)
      Issue.record("was predicted")
    } catch {
      #expect(error.code == .notFinite)
    }
  }

  @Test("A raw spectrum of a batch gives the bits of it alone, with any stride")
  func rawBatch() throws {
    let bytes = try SmallModel.bytes(features: 20, hidden: [16], members: 2, references: 2)
    let model = try Model(json: bytes.span)
    let spectrum = EdgeSpectrum()
    let energies = spectrum.energies
    let (pixels, channels) = (35, energies.count)
    let each = (0..<pixels).map { spectrum.noisy(seed: UInt64($0)) }
    var workspace = try model.makeWorkspace(channelCount: channels)
    var single: [[UInt64]] = []
    for counts in each {
      let view = try Spectrum(axis: EnergyAxis(energies.span), intensities: counts.span)
      single.append(Self.bits(try model.predict(view, using: &workspace)))
    }
    let image = each.flatMap { $0 }
    let channelFirst = (0..<channels).flatMap { channel in each.map { $0[channel] } }
    for (values, strides) in [(image, (channels, 1)), (channelFirst, (1, pixels))] {
      var seen = 0
      try model.predict(
        axis: EnergyAxis(energies.span), intensities: values.span, spectrumCount: pixels,
        spectrumStride: strides.0, channelStride: strides.1, using: &workspace
      ) { index, outcome in
        seen += 1
        if case .success(let prediction) = outcome {
          #expect(Self.bits(prediction) == single[index])
        } else {
          Issue.record("spectrum \(index) failed")
        }
      }
      #expect(seen == pixels)
    }
  }
}
