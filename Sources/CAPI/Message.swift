internal import CKernels
internal import CSpectraInfer
internal import SpectraInfer

/// The caller's buffer for a sentence; NULL with capacity 0 where none is wanted.
@safe
struct Message {
  private let start: UnsafeMutablePointer<CChar>?
  private let capacity: Int

  /// Takes the buffer and leaves the empty string in it.
  init(_ start: UnsafeMutablePointer<CChar>?, _ capacity: Int) {
    unsafe self.start = start
    // size_t comes as a signed number: what is over half of its range is negative here.
    self.capacity = capacity < 0 ? Int.max : capacity
    if let start = unsafe start, self.capacity > 0 { unsafe start[0] = 0 }
  }

  /// Writes the sentence of an error, cut to the capacity and closed, and returns its status.
  func report(_ error: SpectraError) -> spectra_status {
    if let start = unsafe start, capacity > 0 {
      let room = min(capacity - 1, Int(SPECTRA_MESSAGE_CAPACITY) - 1)
      let count = unsafe start.withMemoryRebound(to: UInt8.self, capacity: max(1, room)) { bytes in
        var span = unsafe UnsafeMutableBufferPointer(start: bytes, count: room).mutableSpan
        return error.write(into: &span)
      }
      unsafe start[count] = 0
    }
    return spectra_status(rawValue: UInt32(error.code.rawValue))
  }

  /// Reports the error of a spectrum of a batch, unless one was reported before.
  func reportFirst(_ error: SpectraError, _ spectrum: Int) -> spectra_status {
    if let start = unsafe start, capacity > 0, unsafe start[0] != 0 {
      return spectra_status(rawValue: UInt32(error.code.rawValue))
    }
    return report(error.at(ErrorPlace(spectrum: spectrum)))
  }

  /// Carries out `body` and turns what it throws into a status.
  ///
  /// Every call that computes goes through here: the host's floating-point environment is put aside.
  func status(of body: () throws(SpectraError) -> Void) -> spectra_status {
    let host = spectra_floating_point_enter()
    defer { spectra_floating_point_leave(host) }
    do throws(SpectraError) {
      try body()
      return SPECTRA_OK
    } catch {
      return report(error)
    }
  }
}

/// The error for a pointer that must not be NULL.
func nullArgument(_ sentence: StaticString) -> SpectraError {
  SpectraError(.nullArgument, sentence)
}

/// Checks the `struct_size` that a caller set.
func checkStructSize(_ found: Int, _ expected: Int) throws(SpectraError) {
  guard found >= expected else {
    throw SpectraError(
      .structSize, "struct_size must be set to the size of the struct before the call",
      found: Double(found), expected: Double(expected))
  }
}
