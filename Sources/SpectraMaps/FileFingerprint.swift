import Foundation
import SpectraIO
import SpectraInfer

/// What tells a file from another one without reading all of a huge one.
///
/// Up to 64 MiB it is the SHA-256 of the file. Of a larger file it is that of 64 pieces of 64 KiB,
/// evenly spaced, the first and the last among them, one after the other.
package struct FileFingerprint: Sendable, Equatable {
  private static let wholeUpTo = 64 << 20
  private static let pieceCount = 64
  private static let pieceSize = 64 << 10

  /// Size of the file, bytes.
  package let size: Int
  /// 64 hexadecimal digits.
  package let sha256: String
  /// What of the file it is the checksum of.
  package let covers: String

  /// Reads a file.
  ///
  /// - Throws: `DataError` where it cannot be read.
  package init(_ path: String) throws {
    let (size, bytes) = try Self.read(path)
    self.size = size
    covers =
      size <= Self.wholeUpTo
      ? "the file"
      : "\(Self.pieceCount) pieces of \(Self.pieceSize >> 10) KiB, evenly spaced"
    sha256 = Self.digits(bytes)
  }

  /// SHA-256 of bytes, as 64 hexadecimal digits.
  package static func digits(_ bytes: [UInt8]) -> String {
    let digits = SHA256.hexadecimal(of: bytes.span)
    return String(decoding: digits.indices.map { digits[$0] }, as: UTF8.self)
  }

  private static func read(_ path: String) throws -> (size: Int, bytes: [UInt8]) {
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }
      let size = Int(try file.seekToEnd())
      if size <= wholeUpTo {
        try file.seek(toOffset: 0)
        return (size, [UInt8](try file.readToEnd() ?? Data()))
      }
      var bytes: [UInt8] = []
      for piece in 0..<pieceCount {
        // Both factors stay far from overflow: files have less than 2^63 / 64 bytes.
        let start = (size - pieceSize) / (pieceCount - 1) * piece
        try file.seek(
          toOffset: UInt64(piece == pieceCount - 1 ? size - pieceSize : start))
        bytes += try file.read(upToCount: pieceSize) ?? Data()
      }
      return (size, bytes)
    } catch {
      throw DataError("\(path): cannot be read; check the path and its permissions")
    }
  }
}
