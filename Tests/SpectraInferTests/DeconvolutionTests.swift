import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

/// Theory: plural scattering convolves the single-scattering edge with the low-loss distribution.
@Suite("Fourier-ratio deconvolution")
struct DeconvolutionTests {
  private let preprocessor = StandardRecipe.preprocessor(alignment: .threshold)

  /// The edge alone, convolved with orders of scattering of these weights.
  private func scattered(
    _ spectrum: EdgeSpectrum, by orders: [(weight: Double, energy: Double, sigma: Double)]
  ) -> [Double] {
    var edge = spectrum
    edge.backgroundCounts = 0
    let step = 0.05
    let fine = stride(from: 400.0, to: 700, by: step).map { edge.counts(at: $0) }
    return spectrum.energies.map { energy in
      orders.reduce(0) { sum, order in
        guard order.weight > 1e-12 else { return sum }
        let reach = 6 * order.sigma
        let center = energy - order.energy
        let first = max(0, Int((center - reach - 400) / step))
        let last = min(fine.count - 1, Int((center + reach - 400) / step))
        var part = 0.0
        for index in first...max(first, last) {
          let x = (400 + Double(index) * step - center) / order.sigma
          part += fine[index] * exp(-x * x / 2)
        }
        return sum + order.weight * part * step / (order.sigma * (2 * Double.pi).squareRoot())
      }
    }
  }

  private func measurement(
    _ spectrum: EdgeSpectrum, _ lowLoss: LowLossSpectrum, background: Bool
  ) -> Measurement {
    var orders = lowLoss.orders
    for index in orders.indices { orders[index].energy -= lowLoss.position }
    let edge = scattered(spectrum, by: orders)
    let counts = zip(edge, spectrum.energies).map { value, energy in
      Float(value + (background ? spectrum.backgroundCounts * pow(energy / 530, -3) : 0))
    }
    var measurement = Measurement(spectrum.energies, counts)
    measurement.lowLoss = (lowLoss.energies, lowLoss.counts)
    measurement.options = MeasurementOptions(
      background: background ? nil : .alreadyRemoved, threshold: 535)
    measurement.options.lowLossUse = .deconvolve
    return measurement
  }

  @Test(
    "A plural-scattered edge becomes the single-scattered one",
    arguments: [
      (0.2, 0.0, 0.1, false), (0.7, 0.0, 0.1, false), (1.2, 0.37, 0.1, false),
      (0.7, 0.03, 0.25, false), (0.7, 0.0, 0.1, true),
    ])
  func recovers(thickness: Double, position: Double, lowLossDispersion: Double, background: Bool)
    throws
  {
    let spectrum = EdgeSpectrum()
    var lowLoss = LowLossSpectrum(dispersion: lowLossDispersion)
    // A plasmon that reaches onto the grid.
    lowLoss.plasmon = 12
    lowLoss.plasmonSigma = 1.8
    lowLoss.thickness = thickness
    lowLoss.position = position
    let (done, features) = try measurement(spectrum, lowLoss, background: background)
      .prepared(preprocessor)

    var single = Measurement(
      spectrum.energies,
      scattered(spectrum, by: [(1, 0, lowLoss.sigma)]).map { Float($0) })
    single.options = MeasurementOptions(background: .alreadyRemoved, threshold: 535)
    let (expected, expectedFeatures) = try single.prepared(preprocessor)
    for (one, other) in zip(features, expectedFeatures) {
      // Channels of 0.25 eV make the zero-loss peak a little wider.
      #expect(abs(one - other) < (background ? 0.02 : lowLossDispersion > 0.1 ? 5e-3 : 2e-3))
    }
    #expect(abs((done.thickness ?? 0) - thickness) < 0.01)
    // What is left is what was scattered once: exp(-t) of it.
    #expect(abs(done.area / expected.area / exp(-thickness) - 1) < 0.01)
    #expect(done.lowLossUse == .deconvolve)

    // Without deconvolution the plasmon shows: the test above could fail.
    var without = measurement(spectrum, lowLoss, background: background)
    without.lowLoss = nil
    without.options.lowLossUse = []
    if thickness > 0.1 {
      let difference =
        zip(try without.prepared(preprocessor).features, expectedFeatures)
        .map { abs($0 - $1) }.max() ?? 0
      #expect(difference > 0.1)
    }
  }

  @Test("The place of the zero-loss peak on its axis does not matter")
  func place() throws {
    let spectrum = EdgeSpectrum()
    var lowLoss = LowLossSpectrum()
    let here = try measurement(spectrum, lowLoss, background: true).prepared(preprocessor).features
    lowLoss.position = 2.5
    let there = try measurement(spectrum, lowLoss, background: true).prepared(preprocessor).features
    for (one, other) in zip(here, there) { #expect(abs(one - other) < 3e-3) }
  }

  @Test("What cannot be deconvolved is refused")
  func refusals() throws {
    let spectrum = EdgeSpectrum()
    var crooked = measurement(spectrum, LowLossSpectrum(), background: true)
    crooked.energies[300] += 0.05
    #expect(crooked.failure(preprocessor) == .deconvolution)

    var short = measurement(spectrum, LowLossSpectrum(), background: true)
    short.lowLoss?.energies = (0..<110).map { -10 + 0.1 * Double($0) }
    short.lowLoss?.counts = (0..<110).map { LowLossSpectrum().counts[$0] }
    #expect(short.failure(preprocessor) == .lowLoss)

    var without = measurement(spectrum, LowLossSpectrum(), background: true)
    without.lowLoss = nil
    #expect(without.failure(preprocessor) == .option)
    var unused = measurement(spectrum, LowLossSpectrum(), background: true)
    unused.options.lowLossUse = []
    #expect(unused.failure(preprocessor) == .option)
  }
}
