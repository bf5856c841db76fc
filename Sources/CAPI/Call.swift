internal import CSpectraInfer
internal import SpectraInfer

/// What every preprocess and predict function is handed first: the model and the workspace.
@safe
struct Call {
  let model: UnsafePointer<Model>
  private let memory: UnsafeMutableRawBufferPointer
  private let channelCount: Int

  /// Checks the pointers, the channel count and the size of the workspace.
  init(
    _ model: OpaquePointer?, _ workspace: UnsafeMutableRawPointer?, _ workspaceSize: Int,
    channelCount: Int
  ) throws(SpectraError) {
    guard let model = unsafe model else { throw nullArgument("model is NULL; load one") }
    guard let workspace = unsafe workspace else {
      throw nullArgument("workspace is NULL; give spectra_workspace_size() bytes")
    }
    // size_t comes as a signed number: what is over half of its range is negative here.
    try Workspace.check(channelCount: channelCount)
    guard workspaceSize >= 0 else {
      throw SpectraError(.count, "workspace_size is larger than any memory")
    }
    unsafe self.model = UnsafePointer<Model>(model)
    unsafe memory = UnsafeMutableRawBufferPointer(start: workspace, count: workspaceSize)
    self.channelCount = channelCount
  }

  /// The caller's memory as a workspace, for the spectra of the call and their low-loss spectra.
  func workspace(lowLossChannels: Int = 0) throws(SpectraError) -> Workspace {
    try unsafe model.pointee.makeWorkspace(
      in: memory, channelCount: max(channelCount, lowLossChannels))
  }

  /// The caller's options as the core has them, checked before anything of the spectrum is.
  func options(
    _ options: UnsafePointer<spectra_options>?
  ) throws(SpectraError) -> MeasurementOptions {
    let preprocessor = unsafe model.pointee.preprocessor
    let measurement = try unsafe MeasurementOptions(options, recipe: preprocessor.background)
    try measurement.validate(for: preprocessor.alignment)
    return measurement
  }
}

/// Checks the address of an array: a caller's may be any, and a misaligned one would not be memory
/// of these values.
func checkAlignment<Element>(_ start: UnsafePointer<Element>) throws(SpectraError) {
  guard UInt(bitPattern: start) % UInt(MemoryLayout<Element>.alignment) == 0 else {
    throw SpectraError(.count, "an array is misaligned; let it begin where its type may")
  }
}

/// Memory of the caller as a span, for the duration of the call.
@_lifetime(immortal)
func span<Element>(
  _ start: UnsafePointer<Element>?, _ count: Int, _ sentence: StaticString
) throws(SpectraError) -> Span<Element> {
  guard let start = unsafe start else { throw nullArgument(sentence) }
  try unsafe checkAlignment(start)
  guard count >= 0 else { throw SpectraError(.count, "an array is longer than any memory") }
  let buffer = unsafe UnsafeBufferPointer(start: start, count: count)
  return unsafe _overrideLifetime(buffer.span, copying: ())
}

/// Number of values from the first to the last that nested counts and strides reach.
func valueCount(
  _ outer: (count: Int, stride: Int), _ inner: (count: Int, stride: Int)
) throws(SpectraError) -> Int {
  guard let last = Model.lastIndex(outer, inner),
    last < Int.max / MemoryLayout<Double>.stride
  else {
    throw SpectraError(.count, "counts and strides must be positive and fit into memory")
  }
  return last + 1
}
