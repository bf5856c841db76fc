public import CSpectraInfer
internal import SpectraInfer

/// Describes a model.
@_cdecl("spectra_model_get_info")
public func spectra_model_get_info(
  _ model: OpaquePointer?, _ info: UnsafeMutablePointer<spectra_model_info>?
) -> spectra_status {
  guard let model = unsafe model, let info = unsafe info else {
    return SPECTRA_ERROR_NULL_ARGUMENT
  }
  guard unsafe Int(info.pointee.struct_size) >= MemoryLayout<spectra_model_info>.stride else {
    return SPECTRA_ERROR_STRUCT_SIZE
  }
  let pointer = unsafe UnsafePointer<Model>(model)
  let preprocessor = unsafe pointer.pointee.preprocessor
  var answer = spectra_model_info()
  answer.struct_size = unsafe info.pointee.struct_size
  answer.format_version = UInt32(unsafe pointer.pointee.formatVersion)
  answer.alignment = spectra_alignment(preprocessor.alignment.rawValue)
  answer.feature_count = UInt32(preprocessor.grid.count)
  answer.member_count = UInt32(unsafe pointer.pointee.memberCount)
  answer.reference_count = UInt32(unsafe pointer.pointee.referenceCount)
  answer.grid_start_ev = preprocessor.grid.start
  answer.grid_step_ev = preprocessor.grid.step
  answer.broadening_sigma_ev = preprocessor.broadeningSigma
  switch preprocessor.background {
  case .alreadyRemoved:
    answer.background = SPECTRA_BACKGROUND_NONE
    answer.background_start_ev = .nan
    answer.background_end_ev = .nan
  case .powerLaw(let window):
    answer.background = SPECTRA_BACKGROUND_POWER_LAW
    answer.background_start_ev = window.start
    answer.background_end_ev = window.end
  }
  unsafe info.pointee = answer
  return SPECTRA_OK
}

/// The model card as JSON; owned by the model, empty for NULL.
@_cdecl("spectra_model_card")
public func spectra_model_card(_ model: OpaquePointer?) -> UnsafePointer<CChar>? {
  guard let model = unsafe model else { return unsafe cString("") }
  return unsafe UnsafePointer<Model>(model).pointee.cardText
}

/// Reads one reference spectrum.
@_cdecl("spectra_model_get_reference")
public func spectra_model_get_reference(
  _ model: OpaquePointer?, _ index: Int, _ reference: UnsafeMutablePointer<spectra_reference>?
) -> spectra_status {
  guard let model = unsafe model, let reference = unsafe reference else {
    return SPECTRA_ERROR_NULL_ARGUMENT
  }
  guard unsafe Int(reference.pointee.struct_size) >= MemoryLayout<spectra_reference>.stride else {
    return SPECTRA_ERROR_STRUCT_SIZE
  }
  let pointer = unsafe UnsafePointer<Model>(model)
  guard index >= 0, unsafe index < pointer.pointee.referenceCount else {
    return SPECTRA_ERROR_COUNT
  }
  var answer = unsafe spectra_reference()
  unsafe answer.struct_size = reference.pointee.struct_size
  unsafe answer.feature_count = UInt32(pointer.pointee.featureCount)
  unsafe answer.id = pointer.pointee.referenceName(index)
  unsafe answer.features = pointer.pointee.referenceFeatureAddress(index)
  let properties = unsafe pointer.pointee.referenceProperties(index)
  unsafe withUnsafeMutableBytes(of: &answer.properties) { bytes in
    let values = unsafe bytes.bindMemory(to: Double.self)
    for property in MaterialProperty.allCases {
      unsafe values[property.rawValue] = properties[property]
    }
  }
  unsafe reference.pointee = answer
  return SPECTRA_OK
}
