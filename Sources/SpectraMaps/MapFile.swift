import Foundation
package import SpectraIO

/// A map on disk: a NumPy file of [rows, columns], float32 or uint32, that is written piece by
/// piece.
///
///     +---------------------+--------------------+-----------------
///     | magic, header: 128  | row 0: columns x 4 | row 1 ...
///     +---------------------+--------------------+-----------------
///
/// Format: NumPy Enhancement Proposal 1, version 1.0.
package struct MapFile: Sendable {
  /// What is to be done with the file.
  package enum Access: Sendable {
    /// It is made anew, every pixel unreached.
    case make
    /// It was begun, and more pixels are written.
    case goOn
    /// It is complete, and only read.
    case read
  }

  private static let headerSize = 128
  // What is filled or read at once.
  private static let chunk = 1 << 18

  /// Where it is.
  package let path: String
  /// Number of pixels.
  package let count: Int
  private let file: FileHandle

  /// Makes a map, or opens one that was made.
  ///
  /// - Parameter layer: says what kind of number it holds, and what an unreached pixel is.
  /// - Throws: `DataError` where it cannot be written, or is no such map.
  package init(
    _ layer: MapLayer, in folder: String, shape: MapShape, access: Access
  ) throws(DataError) {
    path = "\(folder)/\(layer.file)"
    count = shape.count
    let header = Self.header(layer, shape)
    do {
      if access == .make, !FileManager.default.createFile(atPath: path, contents: nil) {
        throw DataError("\(path): cannot be written; check the permissions of its folder")
      }
      let url = URL(fileURLWithPath: path)
      file =
        access == .read ? try FileHandle(forReadingFrom: url) : try FileHandle(forUpdating: url)
      if access == .make {
        try Self.fill(file, header, layer.missingBits, count)
      } else {
        let found = try file.read(upToCount: header.count)
        guard found == header, try file.seekToEnd() == UInt64(Self.headerSize + 4 * count) else {
          throw DataError(
            "\(path): is not the map that was begun; name another folder, or empty this one")
        }
      }
    } catch let error as DataError {
      throw error
    } catch {
      throw access == .make
        ? Self.unwritable(path)
        : DataError("\(path): cannot be opened; name another folder, or empty this one")
    }
  }

  /// Writes pixels, as their bits, from the pixel `start` on.
  ///
  /// - Throws: `DataError` where there is no room.
  package func write(_ bits: [UInt32], from start: Int) throws(DataError) {
    do {
      try file.seek(toOffset: UInt64(Self.headerSize + 4 * start))
      try file.write(contentsOf: Self.bytes(bits))
    } catch {
      throw Self.unwritable(path)
    }
  }

  /// Hands out all pixels, as their bits, a part at a time and in order.
  package func forEachPart(_ body: ([UInt32]) -> Void) throws(DataError) {
    do {
      try file.seek(toOffset: UInt64(Self.headerSize))
      var left = count
      while left > 0 {
        let bytes = [UInt8](try file.read(upToCount: 4 * min(left, Self.chunk)) ?? Data())
        guard bytes.count >= 4 else { throw DataError("\(path): has become shorter") }
        var bits: [UInt32] = []
        for place in stride(from: 0, to: bytes.count - 3, by: 4) {
          let low = UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
          let high = UInt32(bytes[place + 2]) | UInt32(bytes[place + 3]) << 8
          bits.append(low | high << 16)
        }
        body(bits)
        left -= bits.count
      }
    } catch {
      throw DataError("\(path): cannot be read back; check the disk")
    }
  }

  /// Sees to it that what was written is on the disk.
  package func synchronize() throws(DataError) {
    do {
      try file.synchronize()
    } catch {
      throw Self.unwritable(path)
    }
  }

  private static func unwritable(_ path: String) -> DataError {
    DataError("\(path): cannot be written; make room, and run the same command again")
  }

  private static func fill(
    _ file: FileHandle, _ header: Data, _ bits: UInt32, _ count: Int
  ) throws {
    try file.write(contentsOf: header)
    let part = bytes([UInt32](repeating: bits, count: min(count, chunk)))
    var left = count
    while left > 0 {
      try file.write(contentsOf: part.prefix(4 * left))
      left -= min(left, chunk)
    }
  }

  private static func header(_ layer: MapLayer, _ shape: MapShape) -> Data {
    let kind = layer.isWhole ? "<u4" : "<f4"
    let text =
      "{'descr': '\(kind)', 'fortran_order': False, 'shape': (\(shape.rows), \(shape.columns)), }"
    // The magic, two bytes of version and two of length come before the text, which ends a line.
    let padding = String(repeating: " ", count: headerSize - 11 - text.utf8.count)
    let length = UInt8(headerSize - 10)
    return Data([0x93] + Array("NUMPY".utf8) + [1, 0, length, 0])
      + Data((text + padding + "\n").utf8)
  }

  private static func bytes(_ bits: [UInt32]) -> Data {
    var data = Data(capacity: 4 * bits.count)
    for word in bits {
      for byte in 0..<4 { data.append(UInt8(truncatingIfNeeded: word >> (8 * UInt32(byte)))) }
    }
    return data
  }
}
