import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

/// The stated variance against that of thousands of noisy spectra.
@Suite("Noise of the features")
struct FeatureNoiseTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var alignment = Alignment.edge
    var counts = 20_000.0
    var dispersion = 0.1
    var deconvolve = false
    var resolution: Double?
    var tolerance = 0.15
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "edge"), Case(name: "threshold", alignment: .threshold, tolerance: 0.1),
    Case(name: "few counts", counts: 1000, tolerance: 0.2),
    Case(name: "fine channels", alignment: .threshold, dispersion: 0.025, tolerance: 0.1),
    Case(name: "coarse channels", alignment: .threshold, dispersion: 0.35, tolerance: 0.1),
    Case(name: "broadened", alignment: .threshold, resolution: 0.5, tolerance: 0.1),
    Case(name: "broadened edge", resolution: 0.5),
    Case(name: "deconvolved", alignment: .threshold, deconvolve: true, tolerance: 0.1),
    Case(name: "deconvolved and broadened edge", deconvolve: true, resolution: 0.5),
  ]

  /// Gradients of different kinds: one point, the height of the first peak, a tilt.
  private static let gradients: [[Float]] = [
    (0..<160).map { $0 == 40 ? 1 : 0 },
    (0..<160).map { point in Float(exp(-pow(Double(point - 40) / 10, 2))) },
    (0..<160).map { Float($0) / 160 },
    (0..<160).map { Float(($0 * 37) % 11 - 5) / 5 },
  ]

  private func measurement(_ test: Case, seed: UInt64?) -> Measurement {
    var spectrum = EdgeSpectrum()
    spectrum.edgeCounts = test.counts
    spectrum.backgroundCounts = test.counts
    spectrum.dispersion = test.dispersion
    spectrum.channelCount = Int(100 / test.dispersion)
    let counts =
      seed.map { poisson(spectrum.expected, seed: $0) } ?? spectrum.expected.map { Float($0) }
    var measurement = Measurement(spectrum.energies, counts)
    measurement.options = MeasurementOptions(threshold: 535, energyOffset: 0)
    measurement.options.noiseGain = 1
    measurement.options.resolution = test.resolution
    if test.deconvolve {
      let lowLoss = LowLossSpectrum(dispersion: test.dispersion)
      measurement.lowLoss = (lowLoss.energies, lowLoss.counts)
      measurement.options.lowLossUse = .deconvolve
    }
    return measurement
  }

  @Test("The stated variance is that of many noisy spectra", arguments: cases)
  func monteCarlo(test: Case) throws {
    let preprocessor = StandardRecipe.preprocessor(alignment: test.alignment)
    let draws = 1500
    var sums = [Double](repeating: 0, count: Self.gradients.count)
    var squares = sums
    var stated = sums
    for draw in 0..<draws {
      try measurement(test, seed: UInt64(7000 + draw)).prepare(preprocessor) { _, features, noise in
        for (index, gradient) in Self.gradients.enumerated() {
          let value = zip(gradient, features).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
          sums[index] += value
          squares[index] += value * value
          if draw % 10 == 0 { stated[index] += noise(gradient) / Double(draws / 10) }
        }
      }
    }
    for index in Self.gradients.indices {
      let mean = sums[index] / Double(draws)
      let variance = squares[index] / Double(draws) - mean * mean
      // A variance from n draws has a relative standard error of sqrt(2 / n), here 4 %.
      let ratio = (stated[index] / variance).squareRoot()
      #expect(abs(ratio - 1) < test.tolerance, "gradient \(index): \(ratio)")
    }
  }

  @Test("The error of a given threshold moves the features along their slope")
  func axisError() throws {
    let preprocessor = StandardRecipe.preprocessor(alignment: .threshold)
    let spectrum = EdgeSpectrum()
    let gradient = Self.gradients[1]
    func scalar(_ threshold: Double) throws -> Double {
      var measurement = Measurement(spectrum.energies, spectrum.smooth)
      measurement.options = MeasurementOptions(threshold: threshold)
      let features = try measurement.prepared(preprocessor).features
      return zip(gradient, features).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    }
    // The feature at a fixed place on the grid moves as the threshold does: central difference.
    let slope = try (scalar(535.01) - scalar(534.99)) / 0.02
    var measurement = Measurement(spectrum.energies, spectrum.smooth)
    measurement.options = MeasurementOptions(threshold: 535)
    func variance(_ error: Double) throws -> Double {
      measurement.options.axisError = error
      return try measurement.prepare(preprocessor) { _, _, noise in noise(gradient) }
    }
    let added = try variance(0.3) - variance(0)
    #expect(abs(added.squareRoot() / (0.3 * abs(slope)) - 1) < 0.01)
  }

  @Test("Given variances count instead of a gain")
  func variances() throws {
    let preprocessor = StandardRecipe.preprocessor(alignment: .threshold)
    let spectrum = EdgeSpectrum()
    var measurement = Measurement(spectrum.energies, spectrum.smooth)
    measurement.options = MeasurementOptions(background: .alreadyRemoved, threshold: 535)
    measurement.options.noiseGain = 3
    let gradient = Self.gradients[3]
    let fromGain = try measurement.prepare(preprocessor) { _, _, noise in noise(gradient) }
    measurement.options.noiseGain = nil
    measurement.variances = spectrum.smooth.map { 3 * $0 }
    let fromVariances = try measurement.prepare(preprocessor) { _, _, noise in noise(gradient) }
    #expect(fromGain > 0)
    #expect(abs(fromVariances / fromGain - 1) < 1e-5)
  }
}
