internal import CKernels
public import CSpectraInfer
internal import SpectraInfer

/// Loads a model file.
@_cdecl("spectra_model_load_file")
public func spectra_model_load_file(
  _ path: UnsafePointer<CChar>?, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ message: UnsafeMutablePointer<CChar>?, _ message_capacity: Int
) -> spectra_status {
  unsafe Message(message, message_capacity).status { () throws(SpectraError) in
    guard let path = unsafe path else { throw nullArgument("path is NULL; give a file") }
    guard let model = unsafe model else { throw nullArgument("model is NULL; give a place for it") }
    try unsafe hand(Model(path: path), to: model)
  }
}

/// Loads a model from memory.
@_cdecl("spectra_model_load_memory")
public func spectra_model_load_memory(
  _ bytes: UnsafeRawPointer?, _ size: Int, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ message: UnsafeMutablePointer<CChar>?, _ message_capacity: Int
) -> spectra_status {
  unsafe Message(message, message_capacity).status { () throws(SpectraError) in
    guard let bytes = unsafe bytes else { throw nullArgument("bytes is NULL; give the model") }
    guard let model = unsafe model else { throw nullArgument("model is NULL; give a place for it") }
    // size_t comes as a signed number: what is over half of its range is negative here.
    guard size >= 0 else { throw SpectraError(.count, "size is larger than any memory") }
    let file = unsafe UnsafeRawBufferPointer(start: bytes, count: size).bindMemory(to: UInt8.self)
    try unsafe hand(Model(json: file.span), to: model)
  }
}

/// Frees a model; NULL is fine.
@_cdecl("spectra_model_free")
public func spectra_model_free(_ model: OpaquePointer?) {
  guard let model = unsafe model else { return }
  let pointer = unsafe UnsafeMutablePointer<Model>(model)
  unsafe pointer.deinitialize(count: 1)
  unsafe free(pointer)
}

/// Moves a model into memory of its own, which `spectra_model_free` frees.
private func hand(
  _ model: consuming Model, to place: UnsafeMutablePointer<OpaquePointer?>
) throws(SpectraError) {
  guard let memory = unsafe malloc(MemoryLayout<Model>.size) else {
    throw SpectraError(.memory, "memory for the model was refused; close other programs")
  }
  let pointer = unsafe memory.bindMemory(to: Model.self, capacity: 1)
  unsafe pointer.initialize(to: model)
  unsafe place.pointee = OpaquePointer(pointer)
}
