import SpectraIO

/// What must hold of any bytes that are opened as a file of spectra.
///
/// libFuzzer calls it with what it makes (fuzz/build.sh), and a test with the inputs that are kept.
public enum ReaderPromises {
  /// The name that the bytes have, in errors.
  private static let name = "a"

  /// Opens the bytes and reads all that is in them, together and one by one.
  ///
  /// - Returns: the promise that does not hold; nil where all do.
  public static func broken(by bytes: [UInt8]) -> String? {
    do {
      // An array alone has no energies of its own.
      let axis: EnergyAxisSource? =
        bytes.first == 0x93 ? .linear(offset: 500, dispersion: 0.5) : nil
      return try brokenPromise(of: SpectrumFile(FileBytes(bytes, name: name), axis: axis))
    } catch {
      let sentence = "\(error)"
      guard sentence.hasPrefix(name), sentence.utf8.count > 10 else {
        return "the error is no sentence about the file: \(sentence)"
      }
      return nil
    }
  }

  private static func brokenPromise(of file: SpectrumFile) throws(DataError) -> String? {
    guard file.energies.allSatisfy(\.isFinite) else { return "an energy is not finite" }
    guard zip(file.energies, file.energies.dropFirst()).allSatisfy({ $0 < $1 }) else {
      return "the energies do not increase strictly"
    }
    guard file.navigationShape.count <= 2, file.channelCount >= 1,
      file.navigationShape.reduce(1, *) == file.spectrumCount
    else { return "the shape is not that of the spectra" }
    var (all, one): ([Float], [Float]) = ([], [])
    try file.read(0..<file.spectrumCount, into: &all)
    guard all.count == file.spectrumCount * file.channelCount else {
      return "\(all.count) intensities of \(file.spectrumCount) x \(file.channelCount) were read"
    }
    // The first spectra and the last one stand for all.
    for index in 0..<file.spectrumCount where index < 5 || index == file.spectrumCount - 1 {
      try file.read(index..<index + 1, into: &one)
      let start = index * file.channelCount
      let same = zip(one, all[start...]).allSatisfy { $0.bitPattern == $1.bitPattern }
      guard one.count == file.channelCount, same else {
        return "spectrum \(index) is not the same alone"
      }
    }
    guard file.warnings.allSatisfy({ !$0.isEmpty }) else { return "a warning is empty" }
    return nil
  }
}

/// The function that libFuzzer calls, by fuzz/entry.c.
@_cdecl("spectra_fuzz_readers")
public func fuzzReaders(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: data, count: size))
  if let promise = ReaderPromises.broken(by: bytes) { fatalError("broken promise: \(promise)") }
  return 0
}
