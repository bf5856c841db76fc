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

  @Test(
    "Neither the unit of the low loss nor the noise gain of the core loss matters",
    arguments: [(1e-7, nil), (1e-4, nil), (1e5, nil), (1, 1e5), (1e-4, 10)] as [(Float, Double?)])
  func units(factor: Float, noiseGain: Double?) throws {
    var measurement = measurement(EdgeSpectrum(), LowLossSpectrum(), background: true)
    var generator = SeededGenerator(seed: 3)
    let counts = LowLossSpectrum().counts.map {
      ($0 + $0.squareRoot() * Float(generator.normal())).rounded()
    }
    measurement.lowLoss?.counts = counts
    let (counted, expected) = try measurement.prepared(preprocessor)
    measurement.lowLoss?.counts = counts.map { $0 * factor }
    measurement.options.noiseGain = noiseGain
    let (done, features) = try measurement.prepared(preprocessor)
    for (one, other) in zip(features, expected) { #expect(abs(one - other) < 1e-5) }
    #expect(abs(done.area / counted.area - 1) < 1e-5)
    let (error, itsError) = (done.zeroLoss?.error ?? .nan, counted.zeroLoss?.error ?? .nan)
    #expect(abs(error / itsError - 1) < 1e-3)
  }

  /// The transform of numbers at one frequency, by its definition.
  private func transform(_ values: [Double], _ angle: Double) -> (re: Double, im: Double) {
    var sum = (re: 0.0, im: 0.0)
    for (index, value) in values.enumerated() {
      sum.re += value * cos(angle * Double(index))
      sum.im -= value * sin(angle * Double(index))
    }
    return sum
  }

  @Test(
    "Coarse channels of one dispersion give the plain ratio, channel by channel, noise included",
    arguments: [(0.25, 0.7, 0.0), (0.3, 0.5, 0.0), (0.3, 0.5, 0.1), (0.5, 0.9, 0.0)])
  func coarse(dispersion: Double, width: Double, start: Double) throws {
    var spectrum = EdgeSpectrum()
    (spectrum.dispersion, spectrum.channelCount) = (dispersion, Int(90 / dispersion))
    var lowLoss = LowLossSpectrum(dispersion: dispersion)
    (lowLoss.width, lowLoss.thickness, lowLoss.total) = (width, 0.1, 1e8)
    (lowLoss.start, lowLoss.end) = (-10 + start, 60)
    var ours = measurement(spectrum, lowLoss, background: false)
    var generator = SeededGenerator(seed: 8)
    ours.counts = ours.counts.map { $0 + (20_000 + $0).squareRoot() * Float(generator.normal()) }
    let (done, features) = try ours.prepared(preprocessor)

    let peak = try #require(done.zeroLoss)
    let (core, low) = (ours.counts.map(Double.init), lowLoss.counts.map(Double.init))
    let (points, noisePower) = (2048, low.reduce(0, +))
    let (position, sigma) = (
      (peak.energy - lowLoss.start) / dispersion,
      peak.width / (8 * log(2.0)).squareRoot() / dispersion
    )
    var sums = [Double](repeating: 0, count: core.count)
    for k in 0...(points / 2) {
      let angle = 2 * Double.pi * Double(k) / Double(points)
      let (f, l) = (transform(core, angle), transform(low, angle))
      let size =
        exp(-angle * angle * sigma * sigma / 2) / (l.re * l.re + l.im * l.im + noisePower)
      let z = (re: size * cos(angle * position), im: -size * sin(angle * position))
      let h = (re: z.re * l.re + z.im * l.im, im: z.im * l.re - z.re * l.im)
      let g = (re: f.re * h.re - f.im * h.im, im: f.re * h.im + f.im * h.re)
      let share = k == 0 || k == points / 2 ? 1.0 : 2.0
      for channel in sums.indices {
        let place = angle * Double(channel)
        sums[channel] += share * (g.re * cos(place) - g.im * sin(place))
      }
    }
    let scale = core.reduce(0, +) / sums.reduce(0, +)
    var theirs = Measurement(spectrum.energies, sums.map { Float($0 * scale) })
    theirs.options = MeasurementOptions(background: .alreadyRemoved, threshold: 535)
    let expected = try theirs.prepared(preprocessor).features
    let difference = zip(features, expected).map { abs($0 - $1) }
    // The sampled peak is a little wider than the Gaussian, whose transform is taken here.
    #expect((difference.max() ?? 1) < 5e-3)
    #expect(difference.reduce(0, +) / Float(difference.count) < 1e-3)
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
