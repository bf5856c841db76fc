internal import CKernels
internal import CSpectraInfer
internal import SpectraInfer

/// The caller's array of results, filled one by one; tells of the first spectrum that failed.
@safe
struct ResultSink {
  // Memory is asked for so many results ahead; 2 to 16 do as well, 32 is 1 % slower.
  private static let reach = 8

  private let start: UnsafeMutableRawPointer
  private let stride: Int
  private let last: Int
  private let message: Message

  /// Checks the array.
  init(
    _ results: UnsafeMutablePointer<spectra_result>?, _ size: Int, _ count: Int, _ message: Message
  ) throws(SpectraError) {
    guard let results = unsafe results else {
      throw nullArgument("results is NULL; give a place for each spectrum")
    }
    try checkStructSize(size, MemoryLayout<spectra_result>.stride)
    let isAligned = size % MemoryLayout<spectra_result>.alignment == 0
    let (_, overflow) = size.multipliedReportingOverflow(by: max(0, count))
    guard isAligned, size <= Int(UInt32.max), !overflow, count >= 1 else {
      throw SpectraError(.count, "spectrum_count must be positive and the results fit into memory")
    }
    try unsafe checkAlignment(results)
    unsafe start = UnsafeMutableRawPointer(results)
    stride = size
    last = count - 1
    self.message = message
  }

  /// Writes the result of one spectrum.
  func take(_ index: Int, _ outcome: Result<Prediction, SpectraError>) {
    switch outcome {
    case .success(var prediction): take(index, &prediction)
    case .failure(let error): fail(index, error)
    }
  }

  /// Writes the prediction of one spectrum.
  func take(_ index: Int, _ prediction: inout Prediction) {
    prefetch(after: index)
    unsafe place(index).pointee.take(&prediction, structSize: UInt32(stride))
  }

  /// Writes the prediction of one spectrum that was not prepared here.
  func takeUnprepared(_ index: Int, _ prediction: inout Prediction) {
    prefetch(after: index)
    unsafe place(index).pointee.takeUnprepared(&prediction, structSize: UInt32(stride))
  }

  /// Writes what stands for a spectrum that could not be predicted.
  func fail(_ index: Int, _ error: SpectraError) {
    let status = message.reportFirst(error, index)
    unsafe place(index).pointee = spectra_result(failed: status, structSize: UInt32(stride))
  }

  /// Asks for the place of a later result: what is larger than the caches would be waited for.
  private func prefetch(after index: Int) {
    unsafe spectra_prefetch_to_write(place(min(index + Self.reach, last)), stride)
  }

  private func place(_ index: Int) -> UnsafeMutablePointer<spectra_result> {
    unsafe (start + index * stride).assumingMemoryBound(to: spectra_result.self)
  }
}
