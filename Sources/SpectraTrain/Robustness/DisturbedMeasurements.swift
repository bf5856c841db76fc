import SpectraIO
import SpectraInfer

/// Every spectrum of a dataset, measured under every disturbance: what models are tested on.
public struct DisturbedMeasurements: Sendable {
  /// One disturbance at one value.
  public struct Point: Sendable, Hashable {
    /// What was done to the spectra.
    public let disturbance: Disturbance
    /// How much of it.
    public let value: Double
  }

  /// All points, in the order of `Disturbance.allCases` and of their values.
  public static let points: [Point] = Disturbance.allCases.flatMap { disturbance in
    disturbance.values.map { Point(disturbance: disturbance, value: $0) }
  }

  /// Measurements of one spectrum at each point; a random one is repeated.
  public static let repeats = 2

  private let measurements: [[[MeasurementSimulator.Measurement?]]]  // [row][point][repeat]

  /// Measures all rows; the noise comes from `seed`.
  public init(_ dataset: Dataset, seed: UInt64) {
    let sigma = dataset.preprocessor.broadeningSigma
    let simulator = MeasurementSimulator(
      dataset, broadeningSigmas: Disturbance.broadening.values.map { sigma * $0 })
    measurements = Parallel.map(0..<dataset.count) { row in
      var generator = SeededGenerator(seed: seed).stream(UInt64(row))
      return Self.points.map { point in
        (0..<Self.repeats).map { index in
          let conditions = point.disturbance.conditions(
            point.value, broadeningSigma: sigma, isOdd: index % 2 == 1)
          return try? simulator.measure(row: row, conditions, generator: &generator)
        }
      }
    }
  }

  /// The measurements of a row at a point; nil where the edge was lost in the noise.
  package func measurements(
    row: Int, point: Int
  ) -> [MeasurementSimulator.Measurement?] {
    measurements[row][point]
  }
}
