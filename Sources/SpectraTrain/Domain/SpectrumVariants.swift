import SpectraInfer

/// Spectra much like those of a dataset, drawn at random: what other materials of the kind might look
/// like.
///
/// A variant is one spectrum, or a mixture of two, on an axis that is shifted and stretched. Between
/// materials thresholds differ by tenths of an electron volt, and peaks move away from the threshold
/// as bonds become shorter; so a material that is not in the database differs from those that are.
package struct SpectrumVariants {
  /// The axis is stretched about this energy, eV above the first of the grid.
  private static let fixedPoint = 1.0

  private let training: DomainTraining
  private let gridStep: Double

  /// Variants of spectra on a grid whose points are `gridStep` eV apart.
  package init(_ training: DomainTraining, gridStep: Double) {
    self.training = training
    self.gridStep = gridStep
  }

  /// Draws `count` variants of some rows.
  ///
  /// - Parameter spectra: prepared intensities, [spectra, grid points].
  package func draw(
    _ count: Int, of spectra: Matrix, generator: inout SeededGenerator
  ) -> Matrix {
    var values: [Float] = []
    values.reserveCapacity(count * spectra.columns)
    for _ in 0..<count {
      var spectrum = Array(spectra.row(generator.index(below: spectra.rows)))
      if generator.uniform() < training.mixtureShare {
        let share = Float(training.mixtureLimit * generator.uniform())
        let other = spectra.row(generator.index(below: spectra.rows))
        spectrum = zip(spectrum, other).map { $0 + share * ($1 - $0) }
      }
      if generator.uniform() < training.warpShare {
        spectrum = warped(
          spectrum, shift: training.shiftSigma * generator.normal(),
          stretch: 1 + training.stretchSigma * generator.normal())
      }
      values += spectrum
    }
    return Matrix(rows: count, columns: spectra.columns, values: values)
  }

  /// The spectrum on a moved axis, linear between its points and held beyond its ends, with a mean of
  /// 1 again.
  ///
  /// - Parameter shift: eV.
  package func warped(_ spectrum: [Float], shift: Double, stretch: Double) -> [Float] {
    let fixed = Self.fixedPoint / gridStep
    let last = spectrum.count - 1
    let moved = spectrum.indices.map { point in
      let place = (Double(point) - fixed) * stretch + fixed + shift / gridStep
      let inside = min(max(place, 0), Double(last))
      let below = min(Int(inside), last - 1)
      let (low, high) = (spectrum[below], spectrum[below + 1])
      return low + Float(inside - Double(below)) * (high - low)
    }
    let mean = moved.reduce(0) { $0 + Double($1) } / Double(moved.count)
    // Nothing is left of a spectrum that was moved off the grid.
    return mean > 0 ? moved.map { Float(Double($0) / mean) } : spectrum
  }
}
