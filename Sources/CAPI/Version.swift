internal import CSpectraInfer
internal import SpectraInfer

/// Version of the library, as SPECTRA_VERSION_NUMBER.
@_cdecl("spectra_version_number")
public func spectra_version_number() -> UInt32 {
  UInt32(SPECTRA_VERSION_MAJOR * 10000 + SPECTRA_VERSION_MINOR * 100 + SPECTRA_VERSION_PATCH)
}

/// Version of the library as text.
@_cdecl("spectra_version_string")
public func spectra_version_string() -> UnsafePointer<CChar>? {
  unsafe cString(LibraryVersion.text)
}

/// Highest format version of a model file that is read.
@_cdecl("spectra_model_format_max")
public func spectra_model_format_max() -> UInt32 {
  UInt32(Model.formatVersionMaximum)
}

/// A text of static storage as C sees it.
@unsafe
func cString(_ text: StaticString) -> UnsafePointer<CChar> {
  unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}
