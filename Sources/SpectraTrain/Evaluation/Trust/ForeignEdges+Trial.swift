public import SpectraInfer

extension ForeignEdges {
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

  /// Predicts each edge, noiseless and without a background, and counts the flags.
  ///
  /// - Throws: `SpectraError` where memory is refused.
  public func tried(on model: borrowing Model) throws(SpectraError) -> Outcome {
    var outcome = Outcome()
    var workspace = try model.makeWorkspace(channelCount: Self.energies.count)
    for index in 0..<count {
      let edge = edge(index, broadeningSigma: model.preprocessor.broadeningSigma)
      do throws(SpectraError) {
        let spectrum = try Spectrum(
          axis: EnergyAxis(Self.energies.span), intensities: edge.intensities.span)
        let prediction = try model.predict(spectrum, options: edge.options, using: &workspace)
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
}
