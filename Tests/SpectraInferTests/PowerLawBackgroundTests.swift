import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Power-law background")
struct PowerLawBackgroundTests {
  private let window = EnergyWindow(start: 490, end: 525)

  private func fit(
    _ energies: [Double], _ counts: [Float], _ window: EnergyWindow
  ) throws(SpectraError) -> PowerLawBackground {
    var workspace = try Workspace(preparing: FeatureGrid.paper, channelCount: energies.count)
    return try PowerLawBackground(
      fitting: Spectrum(axis: EnergyAxis(energies.span), intensities: counts.span), in: window,
      using: &workspace)
  }

  @Test("Recovers an exact power law", arguments: [0.0, 0.5, 2, 3, 4.5, 8])
  func exact(exponent: Double) throws {
    var spectrum = EdgeSpectrum()
    spectrum.exponent = exponent
    spectrum.edgeCounts = 0
    let fit = try fit(spectrum.energies, spectrum.smooth, window)
    // Single precision of the counts is what limits the agreement.
    #expect(abs(fit.exponent - exponent) < 1e-5)
    for energy in [480.0, 500, 530, 580] {
      let expected = spectrum.counts(at: energy)
      #expect(abs(fit.intensity(at: energy) / expected - 1) < 1e-6)
    }
    // A / E^r at 530 eV is what the counts there are by construction.
    #expect(abs(fit.amplitude * pow(530, -exponent) / 20_000 - 1) < 1e-4)
  }

  @Test("The exponent does not depend on the unit of the intensities", arguments: [1e-6, 1, 1e6])
  func scale(factor: Float) throws {
    let spectrum = EdgeSpectrum()
    let counts = spectrum.noisy(seed: 3)
    let plain = try fit(spectrum.energies, counts, window)
    let scaled = try fit(spectrum.energies, counts.map { $0 * factor }, window)
    #expect(abs(scaled.exponent - plain.exponent) < 1e-6)
    #expect(abs(scaled.exponentError / plain.exponentError - 1) < 1e-5)
    #expect(
      abs(
        scaled.amplitudeError / scaled.amplitude
          - plain.amplitudeError / plain.amplitude) < 1e-6)
    #expect(abs(scaled.dispersion / (plain.dispersion * Double(factor)) - 1) < 1e-5)
  }

  /// Theory: a maximum-likelihood estimate over its standard error is standard normal.
  @Test(
    "The errors of A and r are as large as stated, at high and at low counts",
    arguments: [20_000.0, 200, 8])
  func coverage(counts: Double) throws {
    var spectrum = EdgeSpectrum()
    spectrum.backgroundCounts = counts
    spectrum.edgeCounts = 0
    let draws = 400
    var generator = SeededGenerator(seed: 11)
    var (sum, squares, dispersion, amplitudes) = (0.0, 0.0, 0.0, 0.0)
    for _ in 0..<draws {
      let noisy = spectrum.expected.map { Float(poisson($0, &generator)) }
      let fit = try fit(spectrum.energies, noisy, window)
      let z = (fit.exponent - spectrum.exponent) / fit.exponentError
      sum += z
      squares += z * z
      dispersion += fit.dispersion
      // A is log-normal: compare logarithms.
      let truth = counts * pow(530, spectrum.exponent)
      amplitudes += pow(log(fit.amplitude / truth) * fit.amplitude / fit.amplitudeError, 2)
    }
    let n = Double(draws)
    #expect(abs(sum / n) < 4 / n.squareRoot())
    #expect(abs(squares / n - 1) < 4 * (2 / n).squareRoot())
    #expect(abs(amplitudes / n - 1) < 4 * (2 / n).squareRoot())
    #expect(abs(dispersion / n - 1) < 0.02)
  }

  /// Knuth's multiplication, in pieces so that large means do not underflow.
  private func poisson(_ mean: Double, _ generator: inout SeededGenerator) -> Double {
    guard mean < 100 else {
      return (mean + mean.squareRoot() * generator.normal()).rounded()
    }
    var (count, product) = (0.0, generator.uniform())
    let limit = exp(-mean)
    while product > limit {
      count += 1
      product *= generator.uniform()
    }
    return count
  }

  @Test("Uses the channels of the window, ends included, and says which")
  func channels() throws {
    let spectrum = EdgeSpectrum()
    let fit = try fit(
      spectrum.energies, spectrum.smooth, EnergyWindow(start: 500.05, end: 510.05))
    #expect(fit.channelCount == 100)
    #expect(abs(fit.window.start - 500.1) < 1e-9 && abs(fit.window.end - 510) < 1e-9)
  }

  private struct Refusal: Sendable {
    var window = EnergyWindow(start: 490, end: 525)
    var counts: @Sendable (Double) -> Float
    var code: SpectraError.Code
  }

  private static let refusals = [
    Refusal(
      window: EnergyWindow(start: 400, end: 470), counts: { _ in 1 }, code: .backgroundWindow),
    Refusal(
      window: EnergyWindow(start: 490, end: 490.85), counts: { _ in 1 }, code: .backgroundWindow),
    Refusal(counts: { _ in 0 }, code: .backgroundWindow),
    Refusal(counts: { _ in -3 }, code: .backgroundWindow),
    Refusal(counts: { Float($0 - 400) }, code: .backgroundFit),
    Refusal(counts: { $0 < 491 ? 1e20 : 1e-20 }, code: .backgroundFit),
  ]

  @Test("Refuses windows that hold no falling background", arguments: refusals.indices)
  func refused(index: Int) {
    let refusal = Self.refusals[index]
    let energies = EdgeSpectrum().energies
    do throws(SpectraError) {
      _ = try fit(energies, energies.map(refusal.counts), refusal.window)
      Issue.record("was fitted")
    } catch {
      #expect(error.code == refusal.code)
    }
  }
}
