import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Synthetic measurement")
struct MeasurementTests {
  static let site = TinyDatabase.sites(groups: 1, sitesPerGroup: 1)[0]

  static func measurement(
    _ site: SimulatedSite = site, edge: Double = 2e4, background: Double = 1e4,
    exponent: Double = 3, channels: Int = 1024
  ) -> SyntheticMeasurement {
    SyntheticMeasurement(
      site: site, channelCount: channels, edgeCounts: edge, backgroundCounts: background,
      backgroundExponent: exponent)
  }

  @Test("The background is A E^-r with its counts at 530 eV", arguments: [0, 1.5, 3, 4.2])
  func background(exponent: Double) {
    let (energies, counts) = Self.measurement(exponent: exponent).expected()
    #expect(energies.count == 1024)
    #expect(abs(energies[0] - 480) < 1e-9 && abs(energies[1023] - 582.3) < 1e-9)
    // Below the edge there is nothing else: 10 sigma and more below the threshold at 540 eV.
    for channel in 0..<500 {
      let expected = 1e4 * pow(energies[channel] / 530, -exponent)
      #expect(abs(counts[channel] / expected - 1) < 1e-12)
    }
    #expect(abs(counts[500] / 1e4 - 1) < 1e-12)
  }

  @Test("The edge has its counts at the maximum, and lies at the excitation energy")
  func edge() throws {
    var site = Self.site
    site.transitions = [.init(energy: 2, strength: 7)]
    site.properties.excitationEnergy = 541
    let (energies, counts) = Self.measurement(site, background: 0).expected()
    let maximum = try #require(counts.max())
    #expect(abs(maximum - 2e4) < 1e-6)
    let channel = try #require(counts.firstIndex(of: maximum))
    #expect(abs(energies[channel] - 543) < 0.051)
    #expect(Self.measurement(site).hasEdge)
  }

  @Test("An edge outside of the axis is told", arguments: [.nan, 100, 479, 583, 1e9])
  func noEdge(excitation: Double) {
    var site = Self.site
    site.properties.excitationEnergy = excitation
    #expect(!Self.measurement(site).hasEdge)
    #expect(Self.measurement(site).expected().counts.allSatisfy { $0.isFinite })
  }

  /// Means below and above 500, where the method of drawing changes.
  @Test("Counts have Poisson's mean and variance", arguments: [0.01, 0.7, 12, 150, 499, 501, 1e6])
  func poisson(mean: Double) {
    let measurement = Self.measurement(edge: 0, background: mean, exponent: 0, channels: 1000)
    var generator = SeededGenerator(seed: 42)
    let counts = (0..<40).flatMap { _ in
      measurement.counts(generator: &generator).intensities.map { Double($0) }
    }
    #expect(counts.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
    let number = Double(counts.count)
    let average = counts.reduce(0, +) / number
    #expect(abs(average - mean) < 5 * (mean / number).squareRoot())
    // The fourth central moment of Poisson's distribution is mean + 3 mean^2.
    let squares = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / number
    #expect(abs(squares - mean) < 5 * ((mean + 2 * mean * mean) / number).squareRoot())
    // The third is the mean, and its estimate spreads as sqrt of the sixth: 15 m^3 + 25 m^2 + m.
    let cubes = counts.reduce(0) { $0 + pow($1 - mean, 3) } / number
    let sixth = 15 * pow(mean, 3) + 25 * mean * mean + mean
    if mean < 500 { #expect(abs(cubes - mean) < 5 * (sixth / number).squareRoot()) }
  }

  @Test("No counts are expected, none are drawn")
  func zero() {
    var generator = SeededGenerator(seed: 1)
    let drawn = Self.measurement(edge: 0, background: 0).counts(generator: &generator)
    #expect(drawn.intensities.allSatisfy { $0 == 0 })
  }

  @Test("The seed decides")
  func seeds() {
    func draw(_ seed: UInt64) -> MeasuredSpectrum {
      var generator = SeededGenerator(seed: seed)
      return Self.measurement().counts(generator: &generator)
    }
    #expect(draw(3) == draw(3))
    #expect(draw(3) != draw(4))
  }
}
