public import CSpectraInfer
internal import SpectraInfer

/// Bytes of workspace for spectra of up to `channel_count` channels.
@_cdecl("spectra_workspace_size")
public func spectra_workspace_size(_ model: OpaquePointer?, _ channel_count: Int) -> Int {
  guard let model = unsafe model, channel_count >= 0,
    channel_count <= Int(SPECTRA_CHANNEL_COUNT_MAX)
  else { return 0 }
  return unsafe UnsafePointer<Model>(model).pointee.workspaceByteCount(channelCount: channel_count)
}

/// Predicts the six properties from one raw spectrum.
@_cdecl("spectra_predict")
public func spectra_predict(
  _ model: OpaquePointer?, _ workspace: UnsafeMutableRawPointer?, _ workspace_size: Int,
  _ energy_ev: UnsafePointer<Double>?, _ intensity: UnsafePointer<Float>?, _ channel_count: Int,
  _ options: UnsafePointer<spectra_options>?, _ result: UnsafeMutablePointer<spectra_result>?,
  _ message: UnsafeMutablePointer<CChar>?, _ message_capacity: Int
) -> spectra_status {
  unsafe Message(message, message_capacity).status { () throws(SpectraError) in
    let call = try unsafe Call(model, workspace, workspace_size, channelCount: channel_count)
    guard let result = unsafe result else { throw nullArgument("result is NULL; give a place") }
    try unsafe checkAlignment(result)
    let structSize = unsafe result.pointee.struct_size
    try checkStructSize(Int(structSize), MemoryLayout<spectra_result>.stride)
    let measurement = try unsafe call.options(options)
    let energies = try unsafe span(energy_ev, channel_count, "energy_ev is NULL; give the energies")
    let counts = try unsafe span(intensity, channel_count, "intensity is NULL; give intensities")
    let companions = try unsafe SpectrumCompanions(
      options, spectrumCount: 1, channelCount: channel_count)
    let spectrum = try unsafe Spectrum(
      axis: EnergyAxis(energies, call.model.pointee.preprocessor.kernel), intensities: counts,
      variances: companions.variances(0))
    var scratch = try call.workspace(lowLossChannels: companions.lowLossAxis?.count ?? 0)
    var prediction = try unsafe call.model.pointee.predict(
      spectrum, lowLoss: companions.lowLossSpectrum(0), options: measurement, using: &scratch)
    unsafe result.pointee.take(&prediction, structSize: structSize)
  }
}

/// Predicts every spectrum of a batch on one energy axis.
@_cdecl("spectra_predict_batch")
public func spectra_predict_batch(
  _ model: OpaquePointer?, _ workspace: UnsafeMutableRawPointer?, _ workspace_size: Int,
  _ energy_ev: UnsafePointer<Double>?, _ channel_count: Int,
  _ intensity: UnsafePointer<Float>?, _ spectrum_count: Int,
  _ spectrum_stride: Int, _ channel_stride: Int,
  _ options: UnsafePointer<spectra_options>?,
  _ results: UnsafeMutablePointer<spectra_result>?, _ result_size: Int,
  _ message: UnsafeMutablePointer<CChar>?, _ message_capacity: Int
) -> spectra_status {
  let message = unsafe Message(message, message_capacity)
  return message.status { () throws(SpectraError) in
    let call = try unsafe Call(model, workspace, workspace_size, channelCount: channel_count)
    let sink = try unsafe ResultSink(results, result_size, spectrum_count, message)
    let measurement = try unsafe call.options(options)
    let energies = try unsafe span(energy_ev, channel_count, "energy_ev is NULL; give the energies")
    let axis = try unsafe EnergyAxis(energies, call.model.pointee.preprocessor.kernel)
    let count = try valueCount((spectrum_count, spectrum_stride), (channel_count, channel_stride))
    let intensities = try unsafe span(intensity, count, "intensity is NULL; give intensities")
    let companions = try unsafe SpectrumCompanions(
      options, spectrumCount: spectrum_count, channelCount: channel_count)
    var scratch = try call.workspace(lowLossChannels: companions.lowLossAxis?.count ?? 0)
    try unsafe call.model.pointee.predict(
      axis: axis, intensities: intensities, spectrumCount: spectrum_count,
      spectrumStride: spectrum_stride, channelStride: channel_stride, companions: companions,
      options: measurement, using: &scratch, finished: sink.take)
  }
}

/// Prepares a raw spectrum only.
@_cdecl("spectra_preprocess")
public func spectra_preprocess(
  _ model: OpaquePointer?, _ workspace: UnsafeMutableRawPointer?, _ workspace_size: Int,
  _ energy_ev: UnsafePointer<Double>?, _ intensity: UnsafePointer<Float>?, _ channel_count: Int,
  _ options: UnsafePointer<spectra_options>?,
  _ features: UnsafeMutablePointer<Float>?, _ feature_capacity: Int,
  _ preparation: UnsafeMutablePointer<spectra_preparation>?,
  _ message: UnsafeMutablePointer<CChar>?, _ message_capacity: Int
) -> spectra_status {
  unsafe Message(message, message_capacity).status { () throws(SpectraError) in
    let call = try unsafe Call(model, workspace, workspace_size, channelCount: channel_count)
    guard let features = unsafe features else {
      throw nullArgument("features is NULL; give a place")
    }
    try unsafe checkAlignment(features)
    let featureCount = unsafe call.model.pointee.featureCount
    // size_t comes as a signed number: what is over half of its range is negative here.
    guard feature_capacity >= featureCount || feature_capacity < 0 else {
      throw SpectraError(
        .count, "feature_capacity is below the model's feature_count",
        found: Double(feature_capacity), expected: Double(featureCount))
    }
    if let preparation = unsafe preparation {
      try checkStructSize(
        Int(unsafe preparation.pointee.struct_size), MemoryLayout<spectra_preparation>.stride)
    }
    let measurement = try unsafe call.options(options)
    let energies = try unsafe span(energy_ev, channel_count, "energy_ev is NULL; give the energies")
    let counts = try unsafe span(intensity, channel_count, "intensity is NULL; give intensities")
    let companions = try unsafe SpectrumCompanions(
      options, spectrumCount: 1, channelCount: channel_count)
    let spectrum = try unsafe Spectrum(
      axis: EnergyAxis(energies, call.model.pointee.preprocessor.kernel), intensities: counts,
      variances: companions.variances(0))
    var scratch = try call.workspace(lowLossChannels: companions.lowLossAxis?.count ?? 0)
    let done = try unsafe call.model.pointee.preprocessor.prepare(
      spectrum, lowLoss: companions.lowLossSpectrum(0), options: measurement, using: &scratch)
    scratch.withFeatures(featureCount) { prepared in
      for index in prepared.indices { unsafe features[index] = prepared[index] }
    }
    if let preparation = unsafe preparation {
      var answer = spectra_preparation(done)
      answer.struct_size = unsafe preparation.pointee.struct_size
      unsafe preparation.pointee = answer
    }
  }
}

/// Predicts from spectra that are already prepared.
@_cdecl("spectra_predict_features")
public func spectra_predict_features(
  _ model: OpaquePointer?, _ workspace: UnsafeMutableRawPointer?, _ workspace_size: Int,
  _ features: UnsafePointer<Float>?, _ feature_count: Int, _ spectrum_count: Int,
  _ spectrum_stride: Int, _ results: UnsafeMutablePointer<spectra_result>?, _ result_size: Int,
  _ message: UnsafeMutablePointer<CChar>?, _ message_capacity: Int
) -> spectra_status {
  let message = unsafe Message(message, message_capacity)
  return message.status { () throws(SpectraError) in
    let call = try unsafe Call(model, workspace, workspace_size, channelCount: 0)
    let sink = try unsafe ResultSink(results, result_size, spectrum_count, message)
    guard spectrum_count == 1 || spectrum_stride >= feature_count else {
      throw SpectraError(
        .count, "spectrum_stride must be at least feature_count", found: Double(spectrum_stride),
        expected: Double(feature_count))
    }
    let count = try valueCount((spectrum_count, spectrum_stride), (feature_count, 1))
    let values = try unsafe span(features, count, "features is NULL; give prepared spectra")
    var scratch = try call.workspace()
    try unsafe call.model.pointee.predict(
      features: values, featureCount: feature_count, spectrumCount: spectrum_count,
      spectrumStride: spectrum_stride, using: &scratch,
      predicted: { sink.takeUnprepared($0, &$1) }, failed: { sink.fail($0, $1) })
  }
}
