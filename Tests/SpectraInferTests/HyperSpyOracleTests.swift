import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

/// Against what HyperSpy and eXSpy made of the same arrays (Tests/Fixtures/hyperspy).
@Suite("HyperSpy as an oracle")
struct HyperSpyOracleTests {
  private struct Fit: Decodable {
    var r: Double
    var counts530: Double
    enum CodingKeys: String, CodingKey {
      case r
      case counts530 = "counts_530"
    }
  }

  private struct Background: Decodable {
    var start: Double
    var step: Double
    var counts: [Float]
    var maximumLikelihood: Fit
    var leastSquares: Fit
    enum CodingKeys: String, CodingKey {
      case start, step, counts
      case maximumLikelihood = "maximum_likelihood"
      case leastSquares = "least_squares"
    }
  }

  private struct Deconvolution: Decodable {
    var start: Double
    var step: Double
    var core: [Float]
    var lowLossStart: Double
    var lowLoss: [Float]
    var deconvolved: [Float]
    enum CodingKeys: String, CodingKey {
      case start, step, core, deconvolved
      case lowLossStart = "low_loss_start"
      case lowLoss = "low_loss"
    }
  }

  private func read<Content: Decodable>(_ name: String) throws -> Content {
    let bytes = try Repository.bytes("Tests/Fixtures/hyperspy/\(name)")
    return try JSONDecoder().decode(Content.self, from: Data(bytes))
  }

  private func axis(_ start: Double, _ step: Double, _ count: Int) -> [Double] {
    (0..<count).map { start + Double($0) * step }
  }

  @Test("The background is that of HyperSpy's maximum likelihood")
  func background() throws {
    let golden: Background = try read("background.json")
    let energies = axis(golden.start, golden.step, golden.counts.count)
    let done = try Measurement(energies, golden.counts)
      .prepared(StandardRecipe.preprocessor(alignment: .edge)).preparation
    let fit = try #require(done.background)
    // The simplex that HyperSpy uses stops at about 1e-5.
    #expect(abs(fit.exponent - golden.maximumLikelihood.r) < 1e-4)
    #expect(abs(fit.intensity(at: 530) / golden.maximumLikelihood.counts530 - 1) < 1e-5)
    // Least squares without weights is another estimate, within the standard error.
    #expect(abs(fit.exponent - golden.leastSquares.r) < fit.exponentError)
    #expect(abs(fit.exponent - golden.leastSquares.r) > 1e-4)
  }

  @Test("The deconvolution is eXSpy's")
  func deconvolution() throws {
    let golden: Deconvolution = try read("deconvolution.json")
    let preprocessor = StandardRecipe.preprocessor(alignment: .threshold)
    let energies = axis(golden.start, golden.step, golden.core.count)
    var ours = Measurement(energies, golden.core)
    ours.options = MeasurementOptions(background: .alreadyRemoved, threshold: 535)
    let plain = try ours.prepared(preprocessor).features
    ours.options.lowLossUse = .deconvolve
    ours.lowLoss = (
      axis(golden.lowLossStart, golden.step, golden.lowLoss.count), golden.lowLoss
    )
    var theirs = Measurement(energies, golden.deconvolved)
    theirs.options = MeasurementOptions(background: .alreadyRemoved, threshold: 535)
    let (found, expected) = try (
      ours.prepared(preprocessor).features, theirs.prepared(preprocessor).features
    )
    for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-3) }
    #expect(zip(plain, expected).contains { abs($0 - $1) > 0.1 }, "there was something to do")
  }
}
