/// The energies at which the networks see a spectrum: evenly spaced, on the aligned axis.
public struct FeatureGrid: Sendable, Equatable {
  /// The paper's grid: 160 points from -1 to 14.9 eV around the threshold, 0.1 eV apart.
  public static let paper = FeatureGrid(start: -1, step: 0.1, count: 160)

  /// First energy, eV on the aligned axis.
  public let start: Double
  /// Distance of two points, eV.
  public let step: Double
  /// Number of points.
  public let count: Int

  /// A grid of `count` points from `start` (eV), `step` (eV) apart.
  public init(start: Double, step: Double, count: Int) {
    self.start = start
    self.step = step
    self.count = count
  }

  /// Energy of a point, eV on the aligned axis.
  public func energy(_ point: Int) -> Double { start + Double(point) * step }

  /// Lower border of the first point's cell, eV: half a step below it.
  public var lowerBorder: Double { start - step / 2 }
  /// Upper border of the last point's cell, eV.
  public var upperBorder: Double { energy(count - 1) + step / 2 }
}
