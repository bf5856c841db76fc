import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Error of the onset")
struct OnsetErrorTests {
  private let preprocessor = StandardRecipe.preprocessor(alignment: .edge)

  /// Of 1000 spectra, 683 are expected within one standard error, with a deviation of 15.
  @Test(
    "The stated error holds the onset in 68 of 100 noisy spectra",
    arguments: [(1000.0, 0.1), (20_000, 0.1), (20_000, 0.3), (300_000, 0.1)])
  func coverage(counts: Double, dispersion: Double) throws {
    var spectrum = EdgeSpectrum()
    spectrum.edgeCounts = counts
    spectrum.backgroundCounts = counts
    spectrum.dispersion = dispersion
    spectrum.channelCount = Int(100 / dispersion)
    let expected = spectrum.expected
    let truth = try #require(
      try Measurement(spectrum.energies, spectrum.smooth).prepared(preprocessor).preparation.onset)
    let draws = 1000
    var (within, squares) = (0, 0.0)
    for draw in 0..<draws {
      let measurement = Measurement(spectrum.energies, poisson(expected, seed: UInt64(draw)))
      let onset = try #require(try measurement.prepared(preprocessor).preparation.onset)
      let z = (onset.energy - truth.energy) / onset.error
      if abs(z) < 1 { within += 1 }
      squares += z * z
    }
    #expect(within > 600 && within < 750, "\(within)")
    #expect(abs((squares / Double(draws)).squareRoot() - 1) < 0.2, "\(squares)")
  }

  @Test("Thousands of noisy edges: background, thickness and onset lie within their errors")
  func together() throws {
    var spectrum = EdgeSpectrum()
    spectrum.edgeCounts = 20_000
    let expected = spectrum.expected
    var (exponents, curvatures, logarithms, products) = (0.0, 0.0, 0.0, 0.0)
    var covariance = 0.0
    let draws = 1000
    for draw in 0..<draws {
      let done = try Measurement(spectrum.energies, poisson(expected, seed: UInt64(draw)))
        .prepared(preprocessor).preparation
      let fit = try #require(done.background)
      let exponent = fit.exponent - spectrum.exponent
      let amplitude = log(fit.amplitude / (20_000 * pow(530, spectrum.exponent)))
      exponents += pow(exponent / fit.exponentError, 2)
      logarithms += pow(amplitude * fit.amplitude / fit.amplitudeError, 2)
      products += exponent * amplitude
      covariance += fit.covariance
      curvatures += pow(fit.residualSignificance, 2)
    }
    // Mean squares of standard normal numbers, each with a deviation of sqrt(2 / n).
    let tolerance = 4 * (2 / Double(draws)).squareRoot()
    #expect(abs(exponents / Double(draws) - 1) < tolerance)
    #expect(abs(logarithms / Double(draws) - 1) < tolerance)
    #expect(abs(curvatures / Double(draws) - 1) < tolerance)
    #expect(abs(products / covariance - 1) < tolerance)
  }

  @Test("A window that is no power law is flagged, and so is one that tells too little")
  func window() throws {
    let spectrum = EdgeSpectrum()
    func flags(_ counts: [Float], _ window: EnergyWindow) throws -> PredictionFlags {
      var measurement = Measurement(spectrum.energies, counts)
      measurement.options.background = .powerLaw(window: window)
      return PredictionFlags(
        try measurement.prepared(preprocessor).preparation, broadeningSigma: 0.5)
    }
    let good = EnergyWindow(start: 490, end: 525)
    #expect(try !flags(spectrum.noisy(seed: 1), good).contains(.backgroundWindow))
    // The tail of an edge before the window.
    let tail = zip(spectrum.energies, spectrum.noisy(seed: 1)).map { energy, value in
      value + Float(4000 * exp(-(energy - 490) / 8))
    }
    #expect(try flags(tail, good).contains(.backgroundWindow))
    // Twelve channels of 20000 counts do not tell the slope of a background: r is uncertain by 3.
    let short = EnergyWindow(start: 520, end: 521.1)
    let uncertain = (0..<40).filter { seed in
      (try? flags(spectrum.noisy(seed: UInt64(seed)), short).contains(.backgroundWindow)) ?? true
    }
    let certain = try (0..<40).filter { seed in
      try flags(spectrum.noisy(seed: UInt64(seed)), good).contains(.backgroundWindow)
    }
    #expect(uncertain.count >= 25 && certain.isEmpty, "\(uncertain.count), \(certain.count)")
  }

  @Test("Where the onset is too uncertain, it is refused or flagged")
  func tooNoisy() throws {
    var spectrum = EdgeSpectrum()
    spectrum.edgeCounts = 12
    spectrum.backgroundCounts = 400
    let expected = spectrum.expected
    var used = 0
    for seed in 0..<200 {
      let measurement = Measurement(
        spectrum.energies, poisson(expected, seed: UInt64(seed)))
      guard let done = try? measurement.prepared(preprocessor).preparation else {
        let code = measurement.failure(preprocessor)
        #expect(code == .noEdge || code == .uncertainOnset || code == .noSignal)
        continue
      }
      let onset = try #require(done.onset)
      if onset.error < 0.2, abs(onset.energy - 534.7) > 3 { used += 1 }
    }
    #expect(used <= 2)
  }
}
