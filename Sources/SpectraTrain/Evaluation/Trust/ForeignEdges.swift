import CKernels
public import SpectraInfer

/// Edges that no silicon oxide has, to try on a model whether it notices: a step and one to six
/// peaks, their places, widths and heights at random.
///
/// The step lies up to 8 eV above the onset and is at most as high as a usual peak; one peak lies at
/// the onset and the others up to 16 eV above it; they are 0.3 to 3 eV wide (standard deviation,
/// logarithmically uniform) and 0.1 to 1.5 high. Some come out much like a silicon oxide, which
/// also has a broad peak above its onset: no score can tell those.
public struct ForeignEdges: Sendable {
  /// How a model took them.
  public struct Outcome: Sendable, Equatable {
    /// Edges that were predicted and flagged.
    public var flagged = 0
    /// Edges that were predicted and not flagged.
    public var passed = 0
    /// Edges that could not be prepared.
    public var refused = 0

    /// Share of those predicted that are flagged; NaN where none was.
    public var flaggedShare: Double { Double(flagged) / Double(flagged + passed) }
  }

  private static let energies = (0..<1200).map { 480 + 0.1 * Double($0) }

  private let count: Int
  private let seed: UInt64

  /// `count` edges of a seed.
  public init(count: Int, seed: UInt64) {
    self.count = count
    self.seed = seed
  }

  /// Predicts each edge, noiseless and without a background, and counts the flags.
  ///
  /// - Throws: `SpectraError` where memory is refused.
  public func tried(on model: borrowing Model) throws(SpectraError) -> Outcome {
    var outcome = Outcome()
    var workspace = try model.makeWorkspace(channelCount: Self.energies.count)
    for index in 0..<count {
      var generator = SeededGenerator(seed: seed).stream(UInt64(index))
      let (intensities, onset) = edge(
        &generator, broadeningSigma: model.preprocessor.broadeningSigma)
      let options = MeasurementOptions(
        background: .alreadyRemoved, threshold: onset, energyOffset: 0)
      do throws(SpectraError) {
        let spectrum = try Spectrum(
          axis: EnergyAxis(Self.energies.span), intensities: intensities.span)
        let prediction = try model.predict(spectrum, options: options, using: &workspace)
        if prediction.flags.contains(.outsideReferenceDomain) {
          outcome.flagged += 1
        } else {
          outcome.passed += 1
        }
      } catch {
        outcome.refused += 1
      }
    }
    return outcome
  }

  /// One edge on the axis, and its onset, eV.
  func edge(
    _ generator: inout SeededGenerator, broadeningSigma: Double
  ) -> (intensities: [Float], onset: Double) {
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
    let intensities = Self.energies.map { energy in
      var sum = step.height * Self.rise(energy - step.center, step.width)
      for peak in peaks {
        let place = (energy - peak.center) / peak.width
        sum += peak.height * exp(-0.5 * place * place)
      }
      // Broad peaks do not reach below the onset.
      return Float(sum * Self.rise(energy - onset + 1, max(broadeningSigma, 0.3)))
    }
    return (intensities, onset)
  }

  private static func rise(_ distance: Double, _ width: Double) -> Double {
    0.5 * erfc(-distance / (width * 2.0.squareRoot()))
  }
}
