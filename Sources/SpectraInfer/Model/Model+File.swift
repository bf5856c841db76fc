internal import CKernels

extension Model {
  /// Reads a model file from a path, as the C library's `open` takes it.
  ///
  /// - Throws: `.file` where it cannot be opened or read, else as `init(json:)`.
  @unsafe
  public init(path: UnsafePointer<CChar>) throws(SpectraError) {
    guard let file = unsafe spectra_open(path) else { throw Self.openError }
    defer { unsafe fclose(file) }
    guard unsafe fseek(file, 0, SEEK_END) == 0 else { throw Self.readError }
    let size = unsafe ftell(file)
    guard size >= 0, size < Int.max, unsafe fseek(file, 0, SEEK_SET) == 0 else {
      throw Self.readError
    }
    guard size <= ModelLimits.fileBytes else {
      throw SpectraError(
        .modelFormat, "the file is too large for a model, bytes", found: Double(size),
        expected: Double(ModelLimits.fileBytes))
    }
    var bytes = try Storage<UInt8>(repeating: 0, count: size)
    var span = bytes.mutableSpan
    let count = unsafe span.withUnsafeMutableBytes { buffer in
      unsafe fread(buffer.baseAddress, 1, buffer.count, file)
    }
    guard count == size else { throw Self.readError }
    try self.init(json: bytes.span)
  }

  private static var openError: SpectraError {
    switch spectra_errno() {
    case ENOENT: SpectraError(.file, "there is no file of this name; check the path")
    case EISDIR, ESPIPE: readError
    case EACCES: SpectraError(.file, "the file may not be read; check its permissions")
    case ENOMEM:
      SpectraError(.memory, "memory for opening the file was refused; close other programs")
    case let number:
      SpectraError(.file, "the file cannot be opened; check the path, errno", found: Double(number))
    }
  }

  private static var readError: SpectraError {
    SpectraError(.file, "the file cannot be read; check that it is a file, and no folder or pipe")
  }
}
