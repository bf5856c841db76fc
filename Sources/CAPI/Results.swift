internal import CSpectraInfer
internal import SpectraInfer

extension spectra_preparation {
  /// What applies to no spectrum that was not prepared here.
  static var unprepared: spectra_preparation {
    var none = spectra_preparation()
    none.reset()
    return none
  }

  /// Forgets what was prepared.
  mutating func reset() {
    self = spectra_preparation()
    struct_size = UInt32(MemoryLayout<spectra_preparation>.stride)
    background_start_ev = .nan
    background_end_ev = .nan
    background_amplitude = .nan
    background_amplitude_error = .nan
    background_exponent = .nan
    background_exponent_error = .nan
    background_dispersion = .nan
    onset_ev = .nan
    onset_error_ev = .nan
    shift_ev = .nan
    channel_width_ev = .nan
    area = .nan
    negative_fraction = .nan
    calibration_offset_ev = .nan
    calibration_factor = .nan
    zero_loss_ev = .nan
    zero_loss_error_ev = .nan
    zero_loss_fwhm_ev = .nan
    resolution_fwhm_ev = .nan
    broadening_sigma_ev = .nan
    thickness = .nan
    noise_gain = .nan
    background_covariance = .nan
    background_residual_slope = .nan
    background_residual_significance = .nan
    pre_edge_excess = .nan
    pre_edge_significance = .nan
    spike_ev = .nan
  }

  /// What preprocessing did, as the header has it.
  init(_ preparation: Preparation) {
    self = .unprepared
    take(preparation)
  }

  /// Takes what preprocessing did; what it did not do stays as it is.
  mutating func take(_ preparation: Preparation) {
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
  /// Becomes a prediction, as the header has it, where it stands: copying a result takes a while, and
  /// so does copying a prediction that is borrowed; hence `inout`.
  mutating func take(_ prediction: inout Prediction, structSize: UInt32) {
    takeUnprepared(&prediction, structSize: structSize)
    // Asked first: binding copies the preparation, there or not.
    if prediction.preparation != nil, let prepared = prediction.preparation {
      preparation.take(prepared)
    }
  }

  /// The same for a prediction without a preparation.
  mutating func takeUnprepared(_ prediction: inout Prediction, structSize: UInt32) {
    struct_size = structSize
    status = SPECTRA_OK
    flags = prediction.flags.rawValue
    neighbor_count = UInt32(prediction.neighborCount)
    novelty = prediction.novelty
    set(prediction.estimates.span)
    set(prediction.neighbors.span, count: prediction.neighborCount)
    preparation.reset()
  }

  /// What stands for a spectrum of a batch that could not be predicted.
  init(failed status: spectra_status, structSize: UInt32) {
    self.init()
    struct_size = structSize
    self.status = status
    novelty = .nan
    let none = Estimate(
      value: .nan, standardError: .nan, halfWidth68: .nan, halfWidth95: .nan,
      measurementError: .nan)
    set(InlineArray<6, Estimate>(repeating: none).span)
    set(InlineArray<3, Neighbor>(repeating: Neighbor(reference: 0, distance: .nan)).span, count: 0)
    preparation = .unprepared
  }

  private mutating func set(_ estimates: Span<Estimate>) {
    unsafe withUnsafeMutableBytes(of: &properties) { bytes in
      let places = unsafe bytes.bindMemory(to: spectra_estimate.self)
      for property in estimates.indices {
        let estimate = estimates[property]
        unsafe places[property] = spectra_estimate(
          value: estimate.value, standard_error: estimate.standardError,
          lower_68: estimate.value - estimate.halfWidth68,
          upper_68: estimate.value + estimate.halfWidth68,
          lower_95: estimate.value - estimate.halfWidth95,
          upper_95: estimate.value + estimate.halfWidth95,
          measurement_error: estimate.measurementError)
      }
    }
  }

  private mutating func set(_ found: Span<Neighbor>, count: Int) {
    unsafe withUnsafeMutableBytes(of: &neighbors) { bytes in
      let places = unsafe bytes.bindMemory(to: spectra_neighbor.self)
      for rank in places.indices {
        let isThere = rank < count
        unsafe places[rank] = spectra_neighbor(
          reference: UInt32(isThere ? found[rank].reference : 0), reserved: 0,
          distance: isThere ? found[rank].distance : .nan)
      }
    }
  }
}
