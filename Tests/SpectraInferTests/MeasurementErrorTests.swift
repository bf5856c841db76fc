import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

/// What noise does to the properties, against the scatter of many noisy measurements.
@Suite("Measurement error")
struct MeasurementErrorTests {
  private static func spectrum(counts: Double) -> EdgeSpectrum {
    var spectrum = EdgeSpectrum()
    spectrum.edgeCounts = counts
    spectrum.backgroundCounts = counts
    return spectrum
  }

  private static func options(gain: Double?) -> MeasurementOptions {
    var options = MeasurementOptions(threshold: 535, energyOffset: 5)
    options.noiseGain = gain
    return options
  }

  @Test(
    "Predictions of noisy spectra scatter as stated, with a given gain and an estimated one",
    arguments: ["edge", "threshold", "absolute"])
  func monteCarlo(name: String) throws {
    let bytes = try Repository.bytes("data/models/\(name).json")
    let model = try Model(json: bytes.span)
    let spectrum = Self.spectrum(counts: 1e5)
    let energies = spectrum.energies
    var workspace = try model.makeWorkspace(channelCount: energies.count)
    let draws = 800
    var sums = PropertyValues(repeating: 0)
    var squares = sums
    var stated = sums
    var estimated = sums
    for draw in 0..<draws {
      let counts = poisson(spectrum.expected, seed: UInt64(100 + draw))
      let one = try Spectrum(axis: EnergyAxis(energies.span), intensities: counts.span)
      let prediction = try model.predict(one, options: Self.options(gain: 1), using: &workspace)
      let other = try model.predict(one, options: Self.options(gain: nil), using: &workspace)
      for property in MaterialProperty.allCases {
        let estimate = prediction[property]
        sums[property] += estimate.value
        squares[property] += estimate.value * estimate.value
        stated[property] += estimate.measurementError / Double(draws)
        estimated[property] += other[property].measurementError / Double(draws)
        #expect(other[property].value == estimate.value)
      }
    }
    for property in MaterialProperty.allCases {
      let mean = sums[property] / Double(draws)
      let scatter = (squares[property] / Double(draws) - mean * mean).squareRoot()
      // The scatter of 800 draws is known to 2.5 %; at 1e5 counts the networks bend a little within
      // it.
      #expect(abs(stated[property] / scatter - 1) < 0.15, "\(property.name)")
      #expect(abs(estimated[property] / stated[property] - 1) < 0.15, "\(property.name)")
    }
  }

  @Test(
    "It is what the noise does along the gradient of each property alone",
    arguments: ["edge", "threshold", "absolute"], [false, true])
  func eachProperty(name: String, deconvolve: Bool) throws {
    let bytes = try Repository.bytes("data/models/\(name).json")
    let model = try Model(json: bytes.span)
    let expected = Self.spectrum(counts: 1e5)
    let (energies, counts) = (expected.energies, poisson(expected.expected, seed: 3))
    let lowLoss = LowLossSpectrum(dispersion: expected.dispersion)
    var measurement = Measurement(energies, counts)
    measurement.options = Self.options(gain: nil)
    if name != "edge" { measurement.options.axisError = 0.05 }
    if deconvolve {
      measurement.options.lowLossUse = .deconvolve
      measurement.options.resolution = 0.3
      measurement.lowLoss = (lowLoss.energies, lowLoss.counts)
    }
    var workspace = try model.makeWorkspace(
      channelCount: max(energies.count, lowLoss.energies.count))
    let features = try measurement.prepared(model.preprocessor).features
    let gradients = try MaterialProperty.allCases.map { property in
      var gradient = [Float](repeating: 0, count: features.count)
      var span = gradient.mutableSpan
      try model.gradient(of: property, features: features.span, into: &span, using: &workspace)
      return gradient
    }
    let variances = try measurement.prepare(model.preprocessor) { _, _, noise in
      gradients.map(noise)
    }
    let spectrum = try Spectrum(axis: EnergyAxis(energies.span), intensities: counts.span)
    let companion = try Spectrum(
      axis: EnergyAxis(lowLoss.energies.span), intensities: lowLoss.counts.span)
    let prediction = try model.predict(
      spectrum, lowLoss: deconvolve ? companion : nil, options: measurement.options,
      using: &workspace)
    for (property, variance) in zip(MaterialProperty.allCases, variances) {
      #expect(variance > 0)
      // The gradients that are given out are of single precision.
      let error = prediction[property].measurementError
      #expect(abs(error / variance.squareRoot() - 1) < 1e-5, "\(property.name)")
    }
  }

  @Test("It falls with the root of the dose, and widens standard error and intervals by variances")
  func intervals() throws {
    let bytes = try Repository.bytes("data/models/threshold.json")
    let model = try Model(json: bytes.span)
    let spectrum = Self.spectrum(counts: 1e5)
    let (energies, counts) = (spectrum.energies, spectrum.smooth)
    var workspace = try model.makeWorkspace(channelCount: energies.count)
    func predict(_ gain: Double) throws -> Prediction {
      let one = try Spectrum(axis: EnergyAxis(energies.span), intensities: counts.span)
      return try model.predict(one, options: Self.options(gain: gain), using: &workspace)
    }
    let (low, high) = (try predict(1), try predict(9))
    let none = try predict(1e-30)
    for property in MaterialProperty.allCases {
      let (one, three, clean) = (low[property], high[property], none[property])
      #expect(one.value == clean.value && three.value == clean.value)
      #expect(one.measurementError > 0)
      #expect(abs(three.measurementError / one.measurementError - 3) < 1e-6)
      func root(_ model: Double, _ measurement: Double) -> Double {
        (model * model + measurement * measurement).squareRoot()
      }
      func expectSame(_ one: Double, _ other: Double) { #expect(abs(one / other - 1) < 1e-9) }
      expectSame(three.standardError, root(clean.standardError, three.measurementError))
      expectSame(three.halfWidth68, root(clean.halfWidth68, three.measurementError))
      expectSame(three.halfWidth95, root(clean.halfWidth95, 1.96 * three.measurementError))
    }
  }

  @Test("A prediction from features has none; a batch has the bits of single predictions")
  func batch() throws {
    let bytes = try Repository.bytes("data/models/edge.json")
    let model = try Model(json: bytes.span)
    let spectrum = Self.spectrum(counts: 1e4)
    let energies = spectrum.energies
    let image = (0..<35).flatMap { poisson(spectrum.expected, seed: UInt64($0)) }
    var workspace = try model.makeWorkspace(channelCount: energies.count)
    var errors: [[Double]] = []
    try model.predict(
      axis: EnergyAxis(energies.span), intensities: image.span, spectrumCount: 35,
      spectrumStride: energies.count, channelStride: 1, using: &workspace
    ) { _, outcome in
      let prediction = try? outcome.get()
      errors.append(
        MaterialProperty.allCases.map { prediction?[$0].measurementError ?? .nan })
    }
    #expect(errors.count == 35)
    for index in 0..<35 {
      let counts = Array(image[(index * energies.count)..<((index + 1) * energies.count)])
      let one = try Spectrum(axis: EnergyAxis(energies.span), intensities: counts.span)
      let prediction = try model.predict(one, using: &workspace)
      #expect(errors[index] == MaterialProperty.allCases.map { prediction[$0].measurementError })
      let features = workspace.withFeatures(model.featureCount) { span in
        span.indices.map { span[$0] }
      }
      let prepared = try model.predict(features: features.span, using: &workspace)
      for property in MaterialProperty.allCases {
        #expect(prepared[property].measurementError == 0)
        #expect(prepared[property].value == prediction[property].value)
      }
    }
  }
}
