import CKernels
package import SpectraInfer

/// Edges that no silicon oxide has, to teach a model what else there is, and to try whether it notices:
/// a step and one to six peaks, their places, widths and heights at random.
///
/// The step lies up to 8 eV above the onset and is at most as high as a usual peak; one peak lies at
/// the onset and the others up to 16 eV above it; they are 0.3 to 3 eV wide (standard deviation,
/// logarithmically uniform) and 0.1 to 1.5 high. Some come out much like a silicon oxide, which
/// also has a broad peak above its onset.
public struct ForeignEdges: Sendable {
  /// One of them, on the axis of all.
  struct Edge: Sendable {
    /// On `energies`.
    let intensities: [Float]
    /// Onset, eV.
    let onset: Double

    /// What is known of its measurement.
    var options: MeasurementOptions {
      MeasurementOptions(background: .alreadyRemoved, threshold: onset, energyOffset: 0)
    }
  }

  /// The axis, eV.
  static let energies = (0..<1200).map { 480 + 0.1 * Double($0) }

  /// How many.
  let count: Int
  private let seed: UInt64

  /// `count` edges of a seed.
  public init(count: Int, seed: UInt64) {
    self.count = count
    self.seed = seed
  }

  /// The features of each edge, noiseless and without a background; of fewer where some cannot be
  /// prepared, [edges, grid points].
  ///
  /// - Complexity: O(edges x channels), on all processors.
  package func features(by preprocessor: Preprocessor) -> Matrix {
    let rows = Parallel.map(0..<count) { index in
      (try? Self.prepare(edge(index, broadeningSigma: preprocessor.broadeningSigma), preprocessor))
        ?? []
    }
    let columns = preprocessor.grid.count
    let values = rows.flatMap { $0 }
    return Matrix(rows: values.count / columns, columns: columns, values: values)
  }

  private static func prepare(
    _ edge: Edge, _ preprocessor: Preprocessor
  ) throws(SpectraError) -> [Float] {
    var workspace = try Workspace(preparing: preprocessor.grid, channelCount: energies.count)
    let spectrum = try Spectrum(axis: EnergyAxis(energies.span), intensities: edge.intensities.span)
    _ = try preprocessor.prepare(spectrum, options: edge.options, using: &workspace)
    return workspace.withFeatures(preprocessor.grid.count) { features in
      features.indices.map { features[$0] }
    }
  }

  /// The edge of an index, which has random numbers of its own.
  func edge(_ index: Int, broadeningSigma: Double) -> Edge {
    var generator = SeededGenerator(seed: seed).stream(UInt64(index))
    return Self.edge(&generator, broadeningSigma: broadeningSigma)
  }

  private static func edge(
    _ generator: inout SeededGenerator, broadeningSigma: Double
  ) -> Edge {
    func uniform(_ low: Double, _ high: Double) -> Double {
      low + (high - low) * generator.uniform()
    }
    let onset = uniform(536, 546)
    let step = (height: uniform(0, 1), center: onset + uniform(0, 8), width: uniform(0.3, 1.5))
    let peaks = (0..<1 + generator.index(below: 6)).map { index in
      let center = onset + (index == 0 ? 0.5 : uniform(0.5, 16))
      let width = exp(uniform(log(0.3), log(3)))
      return (
        height: uniform(0.1, 1.5), center: center,
        width: (width * width + broadeningSigma * broadeningSigma).squareRoot()
      )
    }
    let intensities = energies.map { energy in
      var sum = step.height * rise(energy - step.center, step.width)
      for peak in peaks {
        let place = (energy - peak.center) / peak.width
        sum += peak.height * exp(-0.5 * place * place)
      }
      // Broad peaks do not reach below the onset.
      return Float(sum * rise(energy - onset + 1, max(broadeningSigma, 0.3)))
    }
    return Edge(intensities: intensities, onset: onset)
  }

  private static func rise(_ distance: Double, _ width: Double) -> Double {
    0.5 * erfc(-distance / (width * 2.0.squareRoot()))
  }
}
