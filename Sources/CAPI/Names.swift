public import CSpectraInfer
internal import SpectraInfer

/// Name of a status; static storage, never NULL.
@_cdecl("spectra_status_name")
public func spectra_status_name(_ status: spectra_status) -> UnsafePointer<CChar>? {
  unsafe cString(statusTexts(status).name)
}

/// One sentence about a status; static storage, never NULL.
@_cdecl("spectra_status_text")
public func spectra_status_text(_ status: spectra_status) -> UnsafePointer<CChar>? {
  unsafe cString(statusTexts(status).sentence)
}

/// Name of a property; static storage, empty out of range.
@_cdecl("spectra_property_name")
public func spectra_property_name(_ property: CInt) -> UnsafePointer<CChar>? {
  unsafe cString(MaterialProperty(rawValue: Int(property))?.name ?? "")
}

/// Unit of a property; static storage, empty out of range.
@_cdecl("spectra_property_unit")
public func spectra_property_unit(_ property: CInt) -> UnsafePointer<CChar>? {
  unsafe cString(MaterialProperty(rawValue: Int(property))?.unit ?? "")
}

/// One sentence about one flag; static storage, never NULL.
@_cdecl("spectra_flag_text")
public func spectra_flag_text(_ flag: UInt32) -> UnsafePointer<CChar>? {
  unsafe cString(PredictionFlags(rawValue: flag).sentence)
}

private func statusTexts(_ status: spectra_status) -> (name: StaticString, sentence: StaticString) {
  if status == SPECTRA_OK { return ("SPECTRA_OK", "Done.") }
  guard let number = Int32(exactly: status.rawValue), let code = SpectraError.Code(rawValue: number)
  else { return ("SPECTRA_ERROR_UNKNOWN", "Unknown status; it may be of a newer library.") }
  return switch code {
  case .nullArgument:
    ("SPECTRA_ERROR_NULL_ARGUMENT", "A pointer that must not be NULL is NULL.")
  case .structSize:
    ("SPECTRA_ERROR_STRUCT_SIZE", "struct_size is not set to the size of the struct.")
  case .count:
    ("SPECTRA_ERROR_COUNT", "A count or stride is zero, too large, or not the model's.")
  case .workspace:
    ("SPECTRA_ERROR_WORKSPACE", "The workspace is smaller than spectra_workspace_size() says.")
  case .option: ("SPECTRA_ERROR_OPTION", "An option is out of its range.")
  case .memory: ("SPECTRA_ERROR_MEMORY", "An allocation was refused.")
  case .axis:
    ("SPECTRA_ERROR_AXIS", "Energies are not finite, not strictly increasing, or beyond 10 MeV.")
  case .axisRange:
    ("SPECTRA_ERROR_AXIS_RANGE", "The axis does not reach over the model's energy grid.")
  case .notFinite:
    ("SPECTRA_ERROR_NOT_FINITE", "A value is NaN, infinite or of an absurd magnitude.")
  case .backgroundWindow:
    (
      "SPECTRA_ERROR_BACKGROUND_WINDOW",
      "The pre-edge window holds too few channels or no counts."
    )
  case .backgroundFit:
    (
      "SPECTRA_ERROR_BACKGROUND_FIT", "No falling power law describes the pre-edge window."
    )
  case .noEdge: ("SPECTRA_ERROR_NO_EDGE", "No edge stands out of the noise.")
  case .noSignal:
    ("SPECTRA_ERROR_NO_SIGNAL", "Nothing is left to normalise after the background.")
  case .alignment:
    (
      "SPECTRA_ERROR_ALIGNMENT",
      "The model needs a threshold or an energy offset that was not given."
    )
  case .lowLoss:
    (
      "SPECTRA_ERROR_LOW_LOSS",
      "The low-loss spectrum has no zero-loss peak, or not all of it."
    )
  case .deconvolution:
    (
      "SPECTRA_ERROR_DECONVOLUTION",
      "The axes of spectrum and low loss are not uniform, or not of one dispersion."
    )
  case .uncertainOnset:
    ("SPECTRA_ERROR_UNCERTAIN_ONSET", "The onset is too uncertain to align by: too much noise.")
  case .file: ("SPECTRA_ERROR_FILE", "The file cannot be opened or read.")
  case .modelSyntax: ("SPECTRA_ERROR_MODEL_SYNTAX", "The model is not JSON: truncated or damaged.")
  case .modelFormat:
    ("SPECTRA_ERROR_MODEL_FORMAT", "Not a spectra-infer model, or of a newer format.")
  case .modelChecksum:
    ("SPECTRA_ERROR_MODEL_CHECKSUM", "A SHA-256 of the model does not match: damaged or edited.")
  case .modelContent:
    (
      "SPECTRA_ERROR_MODEL_CONTENT",
      "A member of the model is missing, of the wrong type, size or range."
    )
  case .modelSelfTest:
    (
      "SPECTRA_ERROR_MODEL_SELF_TEST", "The model's golden input does not give its golden output."
    )
  }
}
