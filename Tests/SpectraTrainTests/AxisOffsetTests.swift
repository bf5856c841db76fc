import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

@Suite("The offset of a measured axis")
struct AxisOffsetTests {
  static let database = Result { try Database(folder: Repository.root.path + "/data") }
  static let quartz = "mp-7000"

  /// A noisy raw spectrum of alpha-quartz whose axis is `shift` (eV) too low, its background
  /// subtracted.
  static func measurement(
    shift: Double, counts: Double, seed: UInt64
  ) throws -> (energies: [Double], signal: [Double], variances: [Double]) {
    let site = try #require(try database.get().sites.first { $0.material == quartz })
    let expected = SyntheticMeasurement(
      site: site, edgeCounts: counts, backgroundCounts: counts
    ).expected()
    var generator = SeededGenerator(seed: seed)
    // Beyond a thousand counts the normal distribution is Poisson's.
    let counted = expected.counts.map {
      Float(max(0, ($0 + $0.squareRoot() * generator.normal()).rounded()))
    }
    let energies = expected.energies.map { $0 - shift }
    let spectrum = try Spectrum(axis: EnergyAxis(energies.span), intensities: counted.span)
    var workspace = try Workspace(preparing: .paper, channelCount: energies.count)
    let background = try PowerLawBackground(
      fitting: spectrum, in: EnergyWindow(start: 490 - shift, end: 530 - shift), using: &workspace)
    let signal = zip(energies, counted).map { Double($1) - background.intensity(at: $0) }
    return (energies, signal, counted.map { Double($0) })
  }

  /// 200 draws: the mean pull has a standard deviation of 0.07, and the share within one standard
  /// error, 0.683 if the error is right, one of 0.033. Four standard deviations are allowed.
  @Test("A known shift is recovered within its error", arguments: [(2.0, 5e3), (-7.3, 1e5)])
  func recovery(shift: Double, counts: Double) throws {
    let reference = try MaterialSpectrum(Self.quartz, in: Self.database.get(), sigma: 0.5)
    let pulls = try (0..<200).map { seed in
      let (energies, signal, variances) = try Self.measurement(
        shift: shift, counts: counts, seed: UInt64(seed))
      let found = try AxisOffset(
        energies: energies, signal: signal, variances: variances, reference: reference)
      #expect(found.correlation > 0.9)
      #expect((0.7...1.3).contains(found.misfit))
      return (found.offset - shift) / found.standardError
    }
    let mean = pulls.reduce(0, +) / Double(pulls.count)
    let within = Double(pulls.count { $0.magnitude < 1 }) / Double(pulls.count)
    #expect(mean.magnitude < 0.28, "\(mean)")
    #expect((0.55...0.82).contains(within), "\(within)")
  }

  @Test("Four times the counts halve the error")
  func scaling() throws {
    let reference = try MaterialSpectrum(Self.quartz, in: Self.database.get(), sigma: 0.5)
    let errors = try [1e4, 4e4].map { counts in
      let (energies, signal, variances) = try Self.measurement(
        shift: 1, counts: counts, seed: 3)
      return try AxisOffset(
        energies: energies, signal: signal, variances: variances, reference: reference
      ).standardError
    }
    #expect((errors[0] / errors[1] - 2).magnitude < 0.3, "\(errors)")
  }

  @Test("The reference is the mean over the sites, by multiplicity")
  func mean() throws {
    let database = try Self.database.get()
    let counts = Dictionary(grouping: database.sites, by: \.material).mapValues(\.count)
    let material = try #require(counts.filter { $0.value == 3 }.keys.sorted().first)
    let sites = database.sites.filter { $0.material == material }
    let reference = try MaterialSpectrum(material, in: database, sigma: 0.5)
    let energy = reference.threshold + 6
    let weight = sites.reduce(0.0) { $0 + Double($1.multiplicity) }
    // The formula of TransitionBroadening, written out again.
    let expected = sites.reduce(0.0) { sum, site in
      let lines = site.transitions.reduce(0.0) { sum, transition in
        let distance = (energy - site.properties.excitationEnergy - transition.energy) / 0.5
        return sum + transition.strength * exp(-distance * distance / 2)
      }
      return sum + Double(site.multiplicity) / weight * lines / (0.5 * (2 * Double.pi).squareRoot())
    }
    let found = reference.intensity(at: energy).value
    #expect((found / expected - 1).magnitude < 1e-3)
  }

  @Test("An unknown material, an axis that is too short and noise alone are refused")
  func refusals() throws {
    let database = try Self.database.get()
    #expect(throws: DataError.self) { try MaterialSpectrum("mp-0", in: database, sigma: 0.5) }
    let reference = try MaterialSpectrum(Self.quartz, in: database, sigma: 0.5)
    let (energies, signal, variances) = try Self.measurement(shift: 0, counts: 1e4, seed: 1)
    #expect(throws: DataError.self) {
      try AxisOffset(
        energies: Array(energies[..<500]), signal: Array(signal[..<500]),
        variances: Array(variances[..<500]), reference: reference)
    }
    var generator = SeededGenerator(seed: 5)
    let noise = energies.map { _ in generator.normal() }
    #expect(throws: DataError.self) {
      try AxisOffset(
        energies: energies, signal: noise, variances: noise.map { _ in 1 }, reference: reference)
    }
  }
}
