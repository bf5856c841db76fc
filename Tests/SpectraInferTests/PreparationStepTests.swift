import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Steps of the preparation")
struct PreparationStepTests {
  private let preprocessor = StandardRecipe.preprocessor(alignment: .edge)

  // MARK: - Calibration

  @Test("Known energies bring a wrong axis to the right one")
  func calibration() throws {
    let spectrum = EdgeSpectrum()
    let counts = spectrum.noisy(seed: 4)
    // Between channels, so that rounding moves none of them out of the window.
    let window = BackgroundRule.powerLaw(window: EnergyWindow(start: 490.05, end: 524.95))
    var known = Measurement(spectrum.energies, counts)
    known.options.background = window
    let right = try known.prepared(preprocessor)
    // What was measured: offset and dispersion are wrong.
    let wrong = spectrum.energies.map { 17 + 1.03 * $0 }
    for calibration in [
      EnergyCalibration(measured: (532, 593.8), true: (500, 560)),
      EnergyCalibration(measured: (593.8, 532), true: (560, 500)),
    ] {
      var measurement = Measurement(wrong, counts)
      measurement.options.background = window
      measurement.options.calibration = calibration
      let (done, features) = try measurement.prepared(preprocessor)
      let (found, expected) = (try #require(done.onset), try #require(right.preparation.onset))
      #expect(abs(found.energy - expected.energy) < 1e-6)
      #expect(done.calibration == calibration)
      for (one, other) in zip(features, right.features) { #expect(abs(one - other) < 1e-5) }
    }
    var shifted = Measurement(spectrum.energies.map { $0 - 3 }, counts)
    shifted.options.background = window
    shifted.options.calibration = EnergyCalibration(measured: 532, true: 535)
    let onset = try #require(try shifted.prepared(preprocessor).preparation.onset)
    #expect(abs(onset.energy - (right.preparation.onset?.energy ?? 0)) < 1e-6)
  }

  @Test(
    "What is no calibration is refused",
    arguments: [
      EnergyCalibration(measured: (530, 530), true: (500, 560)),
      EnergyCalibration(measured: (500, 560), true: (560, 500)),
      EnergyCalibration(measured: (500, 560), true: (500, 500)),
      EnergyCalibration(measured: .nan, true: 500),
      EnergyCalibration(measured: 500, true: .infinity),
      EnergyCalibration(measured: (0, 1), true: (0, 3)),
    ])
  func badCalibration(calibration: EnergyCalibration) {
    let spectrum = EdgeSpectrum()
    var measurement = Measurement(spectrum.energies, spectrum.smooth)
    measurement.options.calibration = calibration
    #expect(measurement.failure(preprocessor) == .option)
  }

  // MARK: - Resolution

  /// Theory: a step of rise s, broadened by g, is one of rise sqrt(s^2 + g^2).
  @Test("Broadening a step gives the step of the summed variances", arguments: [0.05, 0.1, 0.2])
  func broadening(dispersion: Double) {
    let gaussian = GaussianBroadening(sigma: 0.4)
    for jitter in [0.0, 0.2] {
      // An axis that is not uniform goes another way.
      let energies = (0..<Int(40 / dispersion)).map { channel -> Double in
        let place = Double(channel)
        return 520 + dispersion * (place + jitter * sin(place * 0.05))
      }
      func step(_ rise: Double, _ energy: Double) -> Double {
        100 + 50 * erfc(-(energy - 537) / (rise * 2.0.squareRoot()))
      }
      var signal = energies.map { step(0.3, $0) }
      var scratch = signal
      var span = signal.mutableSpan
      var other = scratch.mutableSpan
      gaussian.apply(to: &span, energies: energies.span, scratch: &other)
      for (energy, found) in zip(energies, signal) {
        #expect(abs(found - step(0.5, energy)) < 0.1, "\(energy)")
      }
      // At both ends, where the spectrum is constant, it stays so.
      #expect(abs(signal[0] - 100) < 1e-9 && abs((signal.last ?? 0) - 200) < 1e-9)
    }
  }

  @Test("The transpose is one: (G x) y = x (G' y)", arguments: [0.0, 0.3])
  func transpose(jitter: Double) {
    var generator = SeededGenerator(seed: 3)
    let energies = (0..<300).map { channel -> Double in
      let place = Double(channel)
      return 0.1 * (place + jitter * sin(place))
    }
    let (x, y) = (
      energies.map { _ in generator.normal() }, energies.map { _ in generator.normal() }
    )
    func apply(_ values: [Double], _ transposed: Bool) -> [Double] {
      var (values, scratch) = (values, values)
      var span = values.mutableSpan
      var other = scratch.mutableSpan
      GaussianBroadening(sigma: 0.5).apply(
        to: &span, energies: energies.span, scratch: &other, transposed: transposed)
      return values
    }
    func product(_ one: [Double], _ other: [Double]) -> Double {
      zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(abs(product(apply(x, false), y) - product(x, apply(y, true))) < 1e-10)
  }

  @Test(
    "What the axis has far below the edge does not matter, up to 0 eV and below",
    arguments: [1e-12, 0.003, 0.05])
  func wholeAxis(lowest: Double) throws {
    var spectrum = EdgeSpectrum()
    (spectrum.start, spectrum.channelCount) = (lowest - 20, 6000)
    // Towards 0 eV a detector does not follow the power law.
    let energies = spectrum.energies
    let counts = energies.map { $0 < 400 ? 1e5 : Float(spectrum.counts(at: $0)) }
    var whole = Measurement(energies, counts)
    whole.options.resolution = 0.3
    let first = energies.firstIndex { $0 > 480 } ?? 0
    var cropped = Measurement(Array(energies[first...]), Array(counts[first...]))
    cropped.options.resolution = 0.3
    let (done, features) = try whole.prepared(preprocessor)
    let (expected, expectedFeatures) = try cropped.prepared(preprocessor)
    #expect(abs((done.onset?.energy ?? 0) - (expected.onset?.energy ?? 1)) < 1e-6)
    for (one, other) in zip(features, expectedFeatures) { #expect(abs(one - other) < 1e-5) }
  }

  @Test("A finer measurement is broadened to the model, a coarser one is flagged")
  func resolution() throws {
    var fine = EdgeSpectrum()
    fine.rise = 0.3
    let width = 0.3 * (8 * log(2.0)).squareRoot()
    var measurement = Measurement(fine.energies, fine.smooth)
    measurement.options.resolution = width
    let (done, features) = try measurement.prepared(preprocessor)
    #expect(abs(done.addedBroadening - 0.4) < 1e-9)
    // The convolution of the expected counts with the Gaussian, by a sum over a finer axis.
    let coarse = fine.energies.map { energy -> Float in
      let places = (-200...200).map { Double($0) * 0.01 }
      let weights = places.map { exp(-pow($0 / 0.4, 2) / 2) }
      let sum = zip(places, weights).reduce(0) { $0 + $1.1 * fine.counts(at: energy + $1.0) }
      return Float(sum / weights.reduce(0, +))
    }
    let expected = try Measurement(fine.energies, coarse).prepared(preprocessor)
    #expect(
      abs((done.onset?.energy ?? 0) - (expected.preparation.onset?.energy ?? 0)) < 1e-3)
    for (one, other) in zip(features, expected.features) { #expect(abs(one - other) < 2e-3) }
    #expect(!PredictionFlags(done, broadeningSigma: 0.5).contains(.coarseResolution))

    measurement.options.resolution = 1.4
    let other = try measurement.prepared(preprocessor).preparation
    #expect(other.addedBroadening == 0)
    #expect(PredictionFlags(other, broadeningSigma: 0.5).contains(.coarseResolution))
  }

  // MARK: - Defects

  @Test("Saturated, stuck and dead channels are counted")
  func defects() throws {
    let spectrum = EdgeSpectrum()
    let counts = poisson(spectrum.expected, seed: 6)
    func defects(_ change: (inout [Float]) -> Void) throws -> ChannelDefects {
      var counts = counts
      change(&counts)
      return try Measurement(spectrum.energies, counts).prepared(preprocessor).preparation.defects
    }
    #expect(try defects { _ in } == defects { _ in })
    let none = try defects { _ in }
    #expect(none.saturated == 0 && none.constant == 0)
    // The detector is full at 90 % of the maximum: all that is above becomes equal.
    let limit = ((counts.max() ?? 0) * 0.9).rounded()
    let full = counts.filter { $0 >= limit }.count
    let saturated = try defects { $0 = $0.map { min($0, limit) } }.saturated
    #expect(saturated > 0 && saturated <= full)
    #expect(try defects { for place in 700..<708 { $0[place] = 21_111 } }.constant == 8)
    #expect(try defects { $0[650] = 0 }.constant == 1)
    #expect(
      PredictionFlags(
        try Measurement(spectrum.energies, counts.map { min($0, limit) }).prepared(preprocessor)
          .preparation, broadeningSigma: 0.5
      ).contains(.saturatedChannels))
  }

  /// Stated: fewer than one false alarm in 10000 spectra; here 3000, at doses from nothing on.
  @Test("Counts that happen to be equal are no defect", arguments: [0.05, 0.5, 3, 30, 1000])
  func noDefects(counts: Double) throws {
    var spectrum = EdgeSpectrum()
    spectrum.edgeCounts = counts
    spectrum.backgroundCounts = counts
    let expected = spectrum.expected
    var alarms = 0
    for seed in 0..<600 {
      var measurement = Measurement(spectrum.energies, poisson(expected, seed: UInt64(seed)))
      measurement.options = MeasurementOptions(background: .alreadyRemoved, threshold: 535)
      let defects = try measurement.prepared(StandardRecipe.preprocessor(alignment: .threshold))
        .preparation.defects
      if defects.saturated + defects.constant > 0 { alarms += 1 }
    }
    #expect(alarms == 0)
  }

  // MARK: - Before the edge

  @Test("Clean edges show nothing before them", arguments: [1e3, 1e4, 1e5, 1e6])
  func cleanPreEdge(counts: Double) throws {
    var spectrum = EdgeSpectrum()
    spectrum.edgeCounts = counts
    spectrum.backgroundCounts = 2 * counts
    let expected = spectrum.expected
    var flagged = 0
    for seed in 0..<300 {
      let done = try Measurement(spectrum.energies, poisson(expected, seed: UInt64(seed)))
        .prepared(preprocessor).preparation
      if PredictionFlags(done, broadeningSigma: 0.5).contains(.preEdgeIntensity) { flagged += 1 }
    }
    #expect(flagged <= 3)
  }

  @Test("The peak at 531 eV of beam damage is flagged", arguments: [1e4, 1e5, 1e6])
  func beamDamage(counts: Double) throws {
    var spectrum = EdgeSpectrum()
    spectrum.onset = 536
    spectrum.edgeCounts = counts
    spectrum.backgroundCounts = 2 * counts
    let expected = zip(spectrum.energies, spectrum.expected).map { energy, value in
      value + 0.3 * counts * exp(-pow((energy - 531) / 0.7, 2) / 2)
    }
    var flagged = 0
    for seed in 0..<100 {
      let done = try Measurement(spectrum.energies, poisson(expected, seed: UInt64(seed)))
        .prepared(preprocessor).preparation
      if PredictionFlags(done, broadeningSigma: 0.5).contains(.preEdgeIntensity) { flagged += 1 }
      // The excess is the peak's area over that of the edge on the grid.
      let area = 0.3 * counts * 0.7 * (2 * Double.pi).squareRoot() / (done.area * 16)
      if counts > 1e5 { #expect(abs((done.preEdge?.excess ?? 0) / area - 1) < 0.15) }
    }
    #expect(flagged >= 99)
  }
}
