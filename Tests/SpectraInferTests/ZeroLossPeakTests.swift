import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Zero-loss peak")
struct ZeroLossPeakTests {
  private func find(
    _ energies: [Double], _ counts: [Float]
  ) throws(SpectraError) -> ZeroLossPeak {
    try ZeroLossPeak(in: Spectrum(axis: EnergyAxis(energies.span), intensities: counts.span))
  }

  @Test("Position and width are those of a Gaussian", arguments: [-0.04, 0, 0.013, 0.05, 1.2])
  func gaussian(position: Double) throws {
    var lowLoss = LowLossSpectrum()
    lowLoss.position = position
    let peak = try find(lowLoss.energies, lowLoss.counts)
    #expect(abs(peak.energy - position) < 0.002)
    #expect(abs(peak.width - lowLoss.width) < 0.01)
  }

  @Test("A saturated top moves it little, a stronger plasmon not at all")
  func saturated() throws {
    var lowLoss = LowLossSpectrum()
    lowLoss.position = 0.33
    let counts = lowLoss.counts
    let limit = (counts.max() ?? 0) * 0.7
    let peak = try find(lowLoss.energies, counts.map { min($0, limit) })
    #expect(abs(peak.energy - 0.33) < 0.005)

    lowLoss.thickness = 2.2
    lowLoss.plasmonSigma = 1
    let thick = lowLoss.counts
    let plasmon = zip(lowLoss.energies, thick).filter { $0.0 > 10 }.map(\.1).max() ?? 0
    let elastic = zip(lowLoss.energies, thick).filter { $0.0 < 5 }.map(\.1).max() ?? 0
    #expect(plasmon > 0.7 * elastic)
    #expect(abs(try find(lowLoss.energies, thick).energy - 0.33) < 0.002)
  }

  @Test("Its standard error is that of 1000 noisy spectra", arguments: [1e3, 1e5])
  func coverage(total: Double) throws {
    var lowLoss = LowLossSpectrum()
    lowLoss.total = total
    lowLoss.position = 0.021
    let expected = lowLoss.expected
    var squares = 0.0
    let draws = 1000
    for draw in 0..<draws {
      let peak = try find(lowLoss.energies, poisson(expected, seed: UInt64(draw)))
      squares += pow((peak.energy - 0.021) / peak.error, 2)
    }
    // At few counts the half of the maximum moves too, which the error leaves out.
    let ratio = (squares / Double(draws)).squareRoot()
    #expect(ratio > 0.9 && ratio < 1.35, "\(ratio)")
  }

  @Test("Without a whole peak there is none")
  func refused() {
    let energies = (0..<400).map { -2 + 0.1 * Double($0) }
    let cases: [(Double) -> Float] = [
      { _ in 5 }, { _ in 0 }, { _ in -3 }, { Float($0 + 2) }, { Float(100 - $0) },
      { Float(exp(-pow(($0 + 2) / 0.4, 2))) }, { Float(exp(-pow(($0 - 15) / 8, 2))) },
    ]
    for (index, counts) in cases.enumerated() {
      do throws(SpectraError) {
        _ = try find(energies, energies.map(counts))
        Issue.record("case \(index) has a peak")
      } catch {
        #expect(error.code == .lowLoss)
      }
    }
  }

  @Test("The peak aligns the axis and gives the resolution")
  func uses() throws {
    let preprocessor = StandardRecipe.preprocessor(alignment: .edge)
    let spectrum = EdgeSpectrum()
    var lowLoss = LowLossSpectrum()
    lowLoss.position = 0.7
    var measurement = Measurement(spectrum.energies.map { $0 + 0.7 }, spectrum.smooth)
    let plain = try measurement.prepared(preprocessor)
    measurement.lowLoss = (lowLoss.energies, lowLoss.counts)
    measurement.options.lowLossUse = .align
    let aligned = try measurement.prepared(preprocessor)
    let (before, after) = (
      try #require(plain.preparation.onset), try #require(aligned.preparation.onset)
    )
    #expect(abs(before.energy - after.energy - 0.7) < 0.02)
    #expect(abs(aligned.preparation.calibration.offset + 0.7) < 0.002)

    measurement.options.lowLossUse = [.align, .resolution]
    let matched = try measurement.prepared(preprocessor).preparation
    #expect(abs((matched.resolution ?? 0) - 0.8) < 0.01)
    // 0.5^2 = added^2 + (0.8 / 2.3548)^2
    #expect(abs(matched.addedBroadening - 0.3667) < 0.01)
  }
}
