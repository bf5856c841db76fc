import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Broadening of transitions")
struct BroadeningTests {
  static func site(_ transitions: [(Double, Double)], rangeEnd: Double = 100) -> SimulatedSite {
    SimulatedSite(
      id: "m/O1", material: "m", group: "m", multiplicity: 1,
      properties: PropertyValues(repeating: 540), groundGap: 5, rangeEnd: rangeEnd,
      transitions: transitions.map { SimulatedSite.Transition(energy: $0.0, strength: $0.1) })
  }

  static let sigmas = [0.05, 0.1, 0.5, 2]

  @Test(
    "One transition: its strength is the area, its energy the mean, sigma the width",
    arguments: sigmas)
  func moments(sigma: Double) {
    let (energy, strength) = (7.3, 2.5e-4)
    let site = Self.site([(energy, strength)])
    let broadening = TransitionBroadening(sigma: sigma)
    // The sum over equal steps of a smooth function that ends at zero converges faster than any power.
    let step = sigma / 8
    var (area, first, second) = (0.0, 0.0, 0.0)
    for index in -80...80 {
      let distance = Double(index) * step
      let intensity = broadening.intensity(of: site, at: energy + distance)
      area += intensity * step
      first += distance * intensity * step
      second += distance * distance * intensity * step
    }
    #expect(abs(area / strength - 1) < 1e-7)
    #expect(abs(first / area) < 1e-9 * sigma)
    #expect(abs((second / area).squareRoot() / sigma - 1) < 1e-6)
  }

  @Test("Linear in the strengths", arguments: sigmas)
  func linear(sigma: Double) {
    let broadening = TransitionBroadening(sigma: sigma)
    let (one, other) = (Self.site([(3, 1), (4, 0.5)]), Self.site([(3.2, 2)]))
    let both = Self.site([(3, 3), (4, 1.5), (3.2, 4)])
    for energy in stride(from: 0.0, through: 8, by: 0.1) {
      let sum =
        3 * broadening.intensity(of: one, at: energy) + 2
        * broadening.intensity(of: other, at: energy)
      #expect(abs(broadening.intensity(of: both, at: energy) - sum) <= 1e-12 * max(1, sum))
    }
  }

  @Test("Transitions far apart do not see each other", arguments: sigmas)
  func farApart(sigma: Double) {
    let broadening = TransitionBroadening(sigma: sigma)
    let pair = Self.site([(10, 1), (10 + 20 * sigma, 4)])
    let heights = [10, 10 + 20 * sigma].map { broadening.intensity(of: pair, at: $0) }
    let expected = 1 / (sigma * (2 * Double.pi).squareRoot())
    #expect(abs(heights[0] / expected - 1) < 1e-12)
    #expect(abs(heights[1] / (4 * expected) - 1) < 1e-12)
    #expect(broadening.intensity(of: pair, at: 10 + 10 * sigma) < 1e-15 * expected)
  }

  @Test("Held from two sigma below the end of the transitions", arguments: sigmas)
  func held(sigma: Double) {
    let transitions = stride(from: 0.5, through: 18, by: 0.1).map { ($0, 1 + $0 / 10) }
    let site = Self.site(transitions, rangeEnd: 18)
    let endless = Self.site(transitions)
    let broadening = TransitionBroadening(sigma: sigma)
    let border = 18 - 2 * sigma
    let value = broadening.intensity(of: site, at: border)
    #expect(value > 0)
    for energy in [border + 1e-9, 18, 19, 40, 1e6] {
      #expect(broadening.intensity(of: site, at: energy) == value)
    }
    for energy in [0.5, border - 1, border - 1e-9] {
      let same = broadening.intensity(of: endless, at: energy)
      #expect(broadening.intensity(of: site, at: energy) == same)
    }
    #expect(broadening.intensity(of: endless, at: 18 + 4 * sigma) < 0.1 * value)
  }

  struct Case: Decodable {
    var sigma: Double
    var rangeEnd: Double
    var positions: [Double]
    var strengths: [Double]
    var energies: [Double]
    var intensities: [Double]
  }

  @Test("As NumPy has it, which leaves no Gaussian out", arguments: 0..<3)
  func fixture(_ index: Int) throws {
    let expected = try Fixture.load("dataset/broadening.json", as: [Case].self)[index]
    let site = Self.site(
      Array(zip(expected.positions, expected.strengths)), rangeEnd: expected.rangeEnd)
    let broadening = TransitionBroadening(sigma: expected.sigma)
    // A Gaussian is left out beyond six sigma: exp(-18) = 1.5e-8 of its height.
    let tolerance = 1e-7 * (expected.intensities.max() ?? 0)
    for (energy, intensity) in zip(expected.energies, expected.intensities) {
      #expect(abs(broadening.intensity(of: site, at: energy) - intensity) < tolerance)
    }
  }

  @Test(
    "The axis runs from -12 to 28 eV about the threshold, in steps of 0.05 eV",
    arguments: [0, 541.5])
  func axis(threshold: Double) {
    let site = Self.site([(3, 1), (9, 2)], rangeEnd: 17)
    let broadening = TransitionBroadening(sigma: 0.5)
    let spectrum = broadening.spectrum(of: site, threshold: threshold)
    #expect(spectrum.energies.count == 801)
    #expect(spectrum.intensities.count == 801)
    for index in [0, 1, 300, 420, 800] {
      let energy = -12 + 0.05 * Double(index)
      #expect(abs(spectrum.energies[index] - threshold - energy) < 1e-9)
      let intensity = broadening.intensity(of: site, at: energy)
      #expect(abs(Double(spectrum.intensities[index]) - intensity) <= 1e-6)
    }
  }
}
