import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("Spikes")
struct SpikeTests {
  private let preprocessor = StandardRecipe.preprocessor(alignment: .edge)

  private func spikes(_ energies: [Double], _ counts: [Float]) throws -> Int {
    var measurement = Measurement(energies, counts)
    // On its own axis: spikes come before anything that could refuse the spectrum.
    measurement.options = MeasurementOptions(background: .alreadyRemoved, threshold: 535)
    return try measurement.prepared(StandardRecipe.preprocessor(alignment: .threshold))
      .preparation.spikeCount
  }

  /// Stated: fewer than one false alarm in 1000 spectra of 1000 channels, at any dose.
  @Test("Poisson noise is no spike", arguments: [0.05, 0.5, 2, 10, 100, 20_000])
  func noise(counts: Double) throws {
    var spectrum = EdgeSpectrum()
    spectrum.edgeCounts = counts
    spectrum.backgroundCounts = counts
    let expected = spectrum.expected
    let found = try (0..<1000).reduce(0) { sum, seed in
      try sum + spikes(spectrum.energies, poisson(expected, seed: UInt64(seed)))
    }
    #expect(found == 0)
  }

  @Test("A sharp real edge is no spike", arguments: [0.02, 0.05, 0.1, 0.15, 0.25, 0.5])
  func edges(dispersion: Double) throws {
    let database = try Database(folder: Repository.root.path + "/data")
    // Lines over the continuum that follows them, as a monochromated microscope has them. No
    // spectrometer is sharper than two channels (Nyquist): a line within one channel is what a spike is.
    let width = max(0.1, 2 * dispersion / 2.355)
    let energies = (0..<Int(60 / dispersion)).map { 520 + Double($0) * dispersion }
    for site in database.sites {
      let lines = site.transitions
      let counts = energies.map { energy -> Float in
        Float(
          lines.reduce(0.0) { sum, line in
            let x = (energy - 535 - line.energy) / width
            return abs(x) < 7 ? sum + line.strength * exp(-x * x / 2) : sum
          })
      }
      #expect(try spikes(energies, counts) == 0, "\(site.id)")
    }
  }

  /// On the steepest part of the edge a spike must be five times the steps there.
  @Test("One and two channels that were hit are found", arguments: [1, 2], [300, 490, 553, 700])
  func found(width: Int, channel: Int) throws {
    let spectrum = EdgeSpectrum()
    for seed in 0..<20 {
      var counts = spectrum.noisy(seed: UInt64(seed))
      let clean = counts
      for place in channel..<channel + width { counts[place] += place == channel ? 25_000 : 20_000 }
      var measurement = Measurement(spectrum.energies, counts)
      let reported = try measurement.prepared(preprocessor).preparation
      #expect(reported.spikeCount == 1)
      #expect(abs((reported.spikeEnergy ?? 0) - spectrum.energies[channel]) < 1e-9)

      measurement.options.spikes = .replace
      let replaced = try measurement.prepared(preprocessor)
      #expect(replaced.preparation.spikeCount == 1)
      let expected = try Measurement(spectrum.energies, clean).prepared(preprocessor)
      for (one, other) in zip(replaced.features, expected.features) {
        #expect(abs(one - other) < 0.05)
      }
      measurement.options.spikes = .ignore
      #expect(try measurement.prepared(preprocessor).preparation.spikeCount == 0)
    }
  }

  @Test(
    "A spike is not taken for an edge", arguments: [1, 2],
    [SpikeHandling.report, .ignore, .replace])
  func noEdge(width: Int, handling: SpikeHandling) {
    var spectrum = EdgeSpectrum()
    spectrum.edgeCounts = 0
    let cases = [(5e3, 0.1), (5e4, 0.1), (5e5, 0.1), (5e4, 0.25), (5e4, 0.5)]
    // Whoever ignores spikes is not warned of small ones.
    for (height, dispersion) in cases where handling != .ignore || height > 1e4 {
      spectrum.dispersion = dispersion
      spectrum.channelCount = Int(100 / dispersion)
      for seed in 0..<20 {
        var counts = spectrum.noisy(seed: UInt64(seed))
        let channel = Int(55 / dispersion)
        for place in channel..<channel + width { counts[place] += Float(height) }
        var measurement = Measurement(spectrum.energies, counts)
        measurement.options.spikes = handling
        if let found = try? measurement.prepared(preprocessor).preparation {
          // Where background and noise add up to more than the spike does, the flag says it.
          let flags = PredictionFlags(found, broadeningSigma: 0.5)
          #expect(flags.contains(.spikes) && height < 1e4, "\(height) at \(dispersion)")
        } else {
          #expect(measurement.failure(preprocessor) == .noEdge, "\(height) at \(dispersion)")
        }
      }
    }
  }
}
