/// Finds out which format a file has, by its bytes and not by its name, and reads it.
enum SpectrumReader {
  static func contents(of file: FileBytes) throws(DataError) -> SpectrumContents {
    guard file.count > 0 else {
      throw DataError("\(file.name): is empty; copy it anew")
    }
    let start = try file.bytes(in: 0..<min(file.count, 512))
    if start.starts(with: NumpyArray.signature) {
      return try NumpyReader.contents(ofArray: file)
    }
    if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || start.starts(with: [0x50, 0x4B, 0x05, 0x06])
    {
      return try NumpyReader.contents(ofArchive: file)
    }
    if GatanTagReader.canRead(start) { return try GatanReader.contents(of: file) }
    for (signature, kind) in foreign where start.starts(with: signature) {
      throw DataError("\(file.name): is \(kind)")
    }
    let lines = try TextLines(file)
    if MSAReader.canRead(lines) { return try MSAReader.contents(of: lines) }
    if XDIReader.canRead(lines) { return try XDIReader.contents(of: lines) }
    return try TextReader.contents(of: lines)
  }

  /// Signatures of files that are met beside spectra, and what to do with them.
  private static let foreign: [(signature: [UInt8], kind: String)] = [
    (
      [0x89, 0x48, 0x44, 0x46],
      "an HDF5 file (.hspy, .nxs, .emd, ...), which is not read; save it as .msa, .dm4 or .npy"
    ),
    ([0x89, 0x50, 0x4E, 0x47], "a picture; name the file of the spectrum itself"),
    ([0x4D, 0x4D, 0x00, 0x2A], "a TIFF picture; name the file of the spectrum itself"),
    ([0x49, 0x49, 0x2A, 0x00], "a TIFF picture; name the file of the spectrum itself"),
    ([0x49, 0x49, 0x97, 0x01], "a TIA file (.ser), which is not read; save it as .msa or .dm3"),
    (Array("%PDF".utf8), "a PDF document; name the file of the spectrum itself"),
    (Array("{".utf8), "JSON, a model perhaps; name a file with a spectrum"),
  ]
}
