import Foundation
import SpectraTrain

/// A synthetic core-loss spectrum whose onset, background and noise are known.
///
/// The edge is a smooth step of width `rise` at `onset` with two peaks behind it, on A E^-r.
public struct EdgeSpectrum: Sendable {
  /// Energy of the middle of the step, eV.
  public var onset = 535.0
  /// Standard deviation of the step's rise, eV.
  public var rise = 0.5
  /// Counts of the step.
  public var edgeCounts = 10_000.0
  /// Counts of the background at 530 eV.
  public var backgroundCounts = 20_000.0
  /// r.
  public var exponent = 3.0
  /// First energy, eV.
  public var start = 480.0
  /// eV per channel.
  public var dispersion = 0.1
  /// Number of channels.
  public var channelCount = 1000

  /// A spectrum with the values above.
  public init() {}

  /// Energies, eV.
  public var energies: [Double] { (0..<channelCount).map { start + Double($0) * dispersion } }

  /// Expected counts at an energy.
  public func counts(at energy: Double) -> Double {
    let x = energy - onset
    let step = 0.5 * erfc(-x / (rise * 2.0.squareRoot()))
    let peaks = 1.5 * exp(-pow((x - 3) / 1.5, 2) / 2) + 0.8 * exp(-pow((x - 9) / 2.5, 2) / 2)
    return edgeCounts * (step + peaks * step)
      + backgroundCounts * pow(energy / 530, -exponent)
  }

  /// Expected counts of all channels.
  public var expected: [Double] { energies.map { counts(at: $0) } }

  /// Counts without noise.
  public var smooth: [Float] { expected.map { Float($0) } }

  /// Counts with the normal limit of Poisson noise, from a seed.
  public func noisy(seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return expected.map { Float($0 + $0.squareRoot() * generator.normal()) }
  }
}
