internal import CSpectraInfer
internal import SpectraInfer

extension spectra_preparation {
  /// What applies to no spectrum that was not prepared here.
  static var unprepared: spectra_preparation {
    var none = spectra_preparation()
    none.struct_size = UInt32(MemoryLayout<spectra_preparation>.stride)
    none.background_start_ev = .nan
    none.background_end_ev = .nan
    none.background_amplitude = .nan
    none.background_amplitude_error = .nan
    none.background_exponent = .nan
    none.background_exponent_error = .nan
    none.background_dispersion = .nan
    none.onset_ev = .nan
    none.onset_error_ev = .nan
    none.shift_ev = .nan
    none.channel_width_ev = .nan
    none.area = .nan
    none.negative_fraction = .nan
    none.calibration_offset_ev = .nan
    none.calibration_factor = .nan
    none.zero_loss_ev = .nan
    none.zero_loss_error_ev = .nan
    none.zero_loss_fwhm_ev = .nan
    none.resolution_fwhm_ev = .nan
    none.broadening_sigma_ev = .nan
    none.thickness = .nan
    none.noise_gain = .nan
    none.background_covariance = .nan
    none.background_residual_slope = .nan
    none.background_residual_significance = .nan
    none.pre_edge_excess = .nan
    none.pre_edge_significance = .nan
    none.spike_ev = .nan
    return none
  }

  /// What preprocessing did, as the header has it.
  init(_ preparation: Preparation) {
    self = .unprepared
    alignment = spectra_alignment(preparation.alignment.rawValue)
    background = SPECTRA_BACKGROUND_NONE
    if let fit = preparation.background {
      background = SPECTRA_BACKGROUND_POWER_LAW
      background_channels = UInt32(fit.channelCount)
      background_start_ev = fit.window.start
      background_end_ev = fit.window.end
      background_amplitude = fit.amplitude
      background_amplitude_error = fit.amplitudeError
      background_exponent = fit.exponent
      background_exponent_error = fit.exponentError
      background_dispersion = fit.dispersion
      background_covariance = fit.covariance
      background_residual_slope = fit.residualSlope
      background_residual_significance = fit.residualSignificance
    }
    if let onset = preparation.onset {
      onset_ev = onset.energy
      onset_error_ev = onset.error
    }
    shift_ev = preparation.shift
    channel_width_ev = preparation.channelWidth
    area = preparation.area
    negative_fraction = preparation.negativeFraction
    setSteps(preparation)
  }

  private mutating func setSteps(_ preparation: Preparation) {
    calibration_offset_ev = preparation.calibration.offset
    calibration_factor = preparation.calibration.factor
    if let zeroLoss = preparation.zeroLoss {
      zero_loss_ev = zeroLoss.energy
      zero_loss_error_ev = zeroLoss.error
      zero_loss_fwhm_ev = zeroLoss.width
    }
    resolution_fwhm_ev = preparation.resolution ?? .nan
    broadening_sigma_ev = preparation.addedBroadening
    thickness = preparation.thickness ?? .nan
    noise_gain = preparation.noiseGain ?? .nan
    if let preEdge = preparation.preEdge {
      pre_edge_excess = preEdge.excess
      pre_edge_significance = preEdge.significance
    }
    spike_ev = preparation.spikeEnergy ?? .nan
    spike_count = UInt32(preparation.spikeCount)
    saturated_channels = UInt32(preparation.defects.saturated)
    constant_channels = UInt32(preparation.defects.constant)
    low_loss_use = preparation.lowLossUse.rawValue
  }
}

extension spectra_result {
  /// A prediction, as the header has it.
  init(_ prediction: Prediction, structSize: UInt32) {
    self.init()
    struct_size = structSize
    status = SPECTRA_OK
    flags = prediction.flags.rawValue
    neighbor_count = UInt32(prediction.neighborCount)
    novelty = prediction.novelty
    setEstimates { property in
      let estimate = prediction[property]
      return spectra_estimate(
        value: estimate.value, standard_error: estimate.standardError,
        lower_68: estimate.value - estimate.halfWidth68,
        upper_68: estimate.value + estimate.halfWidth68,
        lower_95: estimate.value - estimate.halfWidth95,
        upper_95: estimate.value + estimate.halfWidth95,
        measurement_error: estimate.measurementError)
    }
    setNeighbors { rank in
      guard rank < prediction.neighborCount else { return nil }
      return prediction.neighbors[rank]
    }
    preparation =
      prediction.preparation.map { spectra_preparation($0) } ?? .unprepared
  }

  /// What stands for a spectrum of a batch that could not be predicted.
  init(failed status: spectra_status, structSize: UInt32) {
    self.init()
    struct_size = structSize
    self.status = status
    novelty = .nan
    setEstimates { _ in
      spectra_estimate(
        value: .nan, standard_error: .nan, lower_68: .nan, upper_68: .nan, lower_95: .nan,
        upper_95: .nan, measurement_error: .nan)
    }
    setNeighbors { _ in nil }
    preparation = .unprepared
  }

  private mutating func setEstimates(_ estimate: (MaterialProperty) -> spectra_estimate) {
    unsafe withUnsafeMutableBytes(of: &properties) { bytes in
      let estimates = unsafe bytes.bindMemory(to: spectra_estimate.self)
      for property in MaterialProperty.allCases {
        unsafe estimates[property.rawValue] = estimate(property)
      }
    }
  }

  private mutating func setNeighbors(_ neighbor: (Int) -> Neighbor?) {
    unsafe withUnsafeMutableBytes(of: &neighbors) { bytes in
      let places = unsafe bytes.bindMemory(to: spectra_neighbor.self)
      for rank in places.indices {
        let found = neighbor(rank)
        unsafe places[rank] = spectra_neighbor(
          reference: UInt32(found?.reference ?? 0), reserved: 0,
          distance: found?.distance ?? .nan)
      }
    }
  }
}
