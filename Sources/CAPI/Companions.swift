internal import CSpectraInfer
internal import SpectraInfer

extension SpectrumCompanions {
  /// The low-loss spectra and variances of the caller's options, for the duration of the call.
  ///
  /// - Throws: `.nullArgument`, `.count` or an error of the low-loss axis.
  @_lifetime(immortal)
  init(
    _ options: UnsafePointer<spectra_options>?, spectrumCount: Int, channelCount: Int
  ) throws(SpectraError) {
    var axis: EnergyAxis?
    var intensities = Span<Float>()
    var variances: Span<Float>?
    var (lowLossStride, varianceStride) = (0, 0)
    if let given = unsafe options {
      let count = unsafe given.pointee.low_loss_count
      // One spectrum needs no stride to the next.
      if spectrumCount > 1 {
        unsafe lowLossStride = given.pointee.low_loss_stride
        unsafe varianceStride = given.pointee.variance_stride
      }
      let hasEnergies = unsafe given.pointee.low_loss_energy_ev != nil
      let hasIntensities = unsafe given.pointee.low_loss_intensity != nil
      if count != 0 || hasEnergies || hasIntensities {
        axis = try unsafe EnergyAxis(
          span(
            given.pointee.low_loss_energy_ev, count,
            "low_loss_energy_ev is NULL; give the energies, or low_loss_count 0"))
        intensities = try unsafe span(
          given.pointee.low_loss_intensity, reach(spectrumCount, lowLossStride, count),
          "low_loss_intensity is NULL; give the intensities, or low_loss_count 0")
      }
      if unsafe given.pointee.variance != nil {
        variances = try unsafe span(
          given.pointee.variance, reach(spectrumCount, varianceStride, channelCount), "")
      }
    }
    self.init(
      lowLossAxis: axis, lowLoss: intensities, lowLossStride: lowLossStride, variances: variances,
      varianceStride: varianceStride)
  }
}

/// Number of values from the first to the last of rows that lie `stride` apart, or of one row.
private func reach(_ rows: Int, _ stride: Int, _ count: Int) throws(SpectraError) -> Int {
  guard stride != 0 else { return count }
  return try valueCount((rows, stride), (count, 1))
}
