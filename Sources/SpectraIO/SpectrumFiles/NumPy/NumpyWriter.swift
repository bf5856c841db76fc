import Foundation

/// Writes arrays as `.npy` files, format 1.0, little-endian, in C order.
///
/// What was written goes with a writer that did not finish, so that work that fails leaves the folder
/// as it was.
package final class NumpyWriter {
  private let path: String
  private let partialPath: String
  private let handle: FileHandle
  private var isFinished = false

  /// Begins a file whose numbers are added piece by piece; it gets its name when it is finished.
  ///
  /// - Throws: `DataError` where the file cannot be written.
  package init(path: String, type: NumberType, shape: [Int]) throws {
    precondition(type == .float32 || type == .float64, "Only these are added.")
    self.path = path
    partialPath = path + ".partial"
    try DataFile.write(Self.header(type, shape), to: partialPath)
    do {
      handle = try FileHandle(forWritingTo: URL(fileURLWithPath: partialPath))
      try handle.seekToEnd()
    } catch {
      try? FileManager.default.removeItem(atPath: partialPath)
      throw DataError("\(path): cannot be written; check the path (\(error.localizedDescription))")
    }
  }

  deinit {
    if !isFinished { try? FileManager.default.removeItem(atPath: partialPath) }
  }

  private static func header(_ type: NumberType, _ shape: [Int]) -> Data {
    let sizes = shape.map { "\($0)," }.joined(separator: " ")
    let descriptor = type == .float32 ? "<f4" : "<f8"
    var text = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(sizes)), }"
    // Signature, version, length and text fill a multiple of 64 bytes, and a line feed ends them.
    let rest = (10 + text.utf8.count + 1) % 64
    text += String(repeating: " ", count: rest == 0 ? 0 : 64 - rest) + "\n"
    let count = text.utf8.count
    return Data(
      NumpyArray.signature + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + Array(text.utf8))
  }

  /// Adds numbers of single precision.
  package func add(_ numbers: [Float]) throws {
    try add(numbers.map { $0.bitPattern.littleEndian })
  }

  /// Adds numbers of double precision.
  package func add(_ numbers: [Double]) throws {
    try add(numbers.map { $0.bitPattern.littleEndian })
  }

  private func add<Pattern: FixedWidthInteger>(_ patterns: [Pattern]) throws {
    do {
      try handle.write(contentsOf: unsafe patterns.withUnsafeBytes { unsafe Data($0) })
    } catch {
      throw noRoom
    }
  }

  /// Ends the numbers, so that nothing but the name is left to be given.
  ///
  /// - Throws: `DataError` where they do not all arrive: a disk of the network may tell it only now.
  package func close() throws {
    do {
      try handle.close()
    } catch {
      throw noRoom
    }
  }

  /// Closes the file and gives it its name.
  package func finish() throws {
    try close()
    guard unsafe rename(partialPath, path) == 0 else {
      throw DataError("\(path): cannot be written; check the permissions of its folder")
    }
    isFinished = true
  }

  private var noRoom: DataError {
    DataError("\(path): cannot be written; make room on the disk and try again")
  }
}
