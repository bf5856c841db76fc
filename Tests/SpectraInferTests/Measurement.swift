import Foundation
import SpectraInfer
import SpectraTrain

/// A spectrum with what belongs to it, and what a preprocessor makes of it.
struct Measurement {
  var energies: [Double]
  var counts: [Float]
  var variances: [Float]?
  var lowLoss: (energies: [Double], counts: [Float])?
  var options = MeasurementOptions()

  init(_ energies: [Double], _ counts: [Float]) {
    self.energies = energies
    self.counts = counts
  }

  /// Prepares it; `body` may look at the workspace while that holds the preparation.
  func prepare<Answer>(
    _ preprocessor: Preprocessor,
    _ body: (Preparation, [Float], (_ gradient: [Float]) -> Double) -> Answer
  ) throws(SpectraError) -> Answer {
    let variances = variances ?? []
    let spectrum = try Spectrum(
      axis: EnergyAxis(energies.span), intensities: counts.span,
      variances: self.variances == nil ? nil : variances.span)
    let channelCount = max(energies.count, lowLoss?.energies.count ?? 0)
    var workspace = try Workspace(preparing: preprocessor.grid, channelCount: channelCount)
    let preparation: Preparation
    if let lowLoss {
      preparation = try preprocessor.prepare(
        spectrum,
        lowLoss: Spectrum(
          axis: EnergyAxis(lowLoss.energies.span), intensities: lowLoss.counts.span),
        options: options, using: &workspace)
    } else {
      preparation = try preprocessor.prepare(spectrum, options: options, using: &workspace)
    }
    let features = workspace.withFeatures(preprocessor.grid.count) { features in
      features.indices.map { features[$0] }
    }
    let noise = FeatureNoise(preprocessor, preparation)
    return body(preparation, features) { gradient in
      noise.variance(of: gradient.span, spectrum: spectrum, using: &workspace)
    }
  }

  /// What was done, and the features.
  func prepared(
    _ preprocessor: Preprocessor
  ) throws(SpectraError) -> (preparation: Preparation, features: [Float]) {
    try prepare(preprocessor) { preparation, features, _ in (preparation, features) }
  }

  /// The code of the error; nil where there is none.
  func failure(_ preprocessor: Preprocessor) -> SpectraError.Code? {
    do throws(SpectraError) {
      _ = try prepared(preprocessor)
      return nil
    } catch {
      return error.code
    }
  }
}

/// Poisson counts with these means: Knuth's multiplication, from 100 on its normal limit.
func poisson(_ means: [Double], seed: UInt64) -> [Float] {
  var generator = SeededGenerator(seed: seed)
  return means.map { mean in
    guard mean < 100 else {
      return Float((mean + mean.squareRoot() * generator.normal()).rounded())
    }
    var (count, product) = (Float(0), generator.uniform())
    let limit = exp(-mean)
    while product > limit {
      count += 1
      product *= generator.uniform()
    }
    return count
  }
}
