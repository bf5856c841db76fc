/// From the aligned axis to the features.
extension Preprocessor {
  /// What is added to the axis, eV.
  func shift(
    _ options: MeasurementOptions, _ onset: EdgeOnset?
  ) throws(SpectraError) -> Double {
    switch alignment {
    case .edge:
      return -(onset?.energy ?? 0)
    case .threshold:
      if let threshold = options.threshold { return -threshold }
      throw SpectraError(
        .alignment,
        "this model needs the threshold of the spectrum; give threshold, or use an edge model")
    case .absolute:
      if let energyOffset = options.energyOffset { return energyOffset }
      throw SpectraError(
        .alignment,
        """
        this model needs a calibrated axis; give the energy offset to the simulated axis, \
        or use an edge model
        """)
    }
  }

  /// Refuses an axis that cannot hold the edge, before anything is fitted to it.
  ///
  /// - Throws: `.axisRange`; where the onset is not known yet, only what no onset could mend.
  func requireReach(of axis: EnergyAxis, _ options: MeasurementOptions) throws(SpectraError) {
    guard alignment == .edge else {
      return try requireReach(of: axis, shift: shift(options, nil))
    }
    let window = edgeRule.onsetWindow
    guard axis.first < window.end else {
      throw SpectraError(
        .axisRange, "the axis (eV) starts above the model's edge; is it a spectrum of this edge?",
        found: axis.first, expected: window.end)
    }
    guard axis.last > window.start else {
      throw SpectraError(
        .axisRange, "the axis (eV) ends before the model's edge; is it a spectrum of this edge?",
        found: axis.last, expected: window.start)
    }
  }

  private func requireReach(of axis: EnergyAxis, shift: Double) throws(SpectraError) {
    let (lower, upper) = (grid.lowerBorder - shift, grid.upperBorder - shift)
    guard axis.first <= lower else {
      throw SpectraError(
        .axisRange,
        "the axis starts too late for the model's energy grid; measure from lower energies, eV",
        found: axis.first, expected: lower)
    }
    guard axis.last >= upper else {
      throw SpectraError(
        .axisRange,
        "the axis ends too early for the model's energy grid; measure to higher energies, eV",
        found: axis.last, expected: upper)
    }
  }

  /// Averages the spectrum over the cell of each grid point.
  func resample(
    _ cumulative: CumulativeIntensity, _ axis: EnergyAxis, shift: Double,
    into features: inout MutableSpan<Float>
  ) throws(SpectraError) -> Double {
    try requireReach(of: axis, shift: shift)
    let channels = cumulative.fillCells(
      &features, from: grid.lowerBorder - shift, step: grid.step, on: axis, kernel)
    let width = axis.energies[channels.upperBound - 1] - axis.energies[channels.lowerBound]
    return width / Double(channels.count - 1)
  }

  /// Divides the features by their mean.
  ///
  /// - Parameter background: what was subtracted in the middle of the grid.
  func normalize(
    _ features: inout MutableSpan<Float>, above background: Double
  ) throws(SpectraError) -> (area: Double, negativeFraction: Double) {
    let (sum, magnitudes) = kernel.sums(of: features)
    let mean = sum / Double(grid.count)
    // Where signs nearly cancel, division would blow noise up to any size. Intensities are floats: a
    // smaller share of them than 1e-7 is rounding, as where a constant is left of itself.
    guard mean > 1e-7 * background, mean > 0, mean.isFinite, sum > 0.05 * magnitudes else {
      throw SpectraError(
        .noSignal,
        """
        nothing is left of the edge after the background; choose another background window or \
        measure with more dose
        """)
    }
    kernel.divide(&features, by: mean)
    return (mean, (magnitudes - sum) / (magnitudes + sum))
  }
}
