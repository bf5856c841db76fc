import Foundation
import SpectraInfer

/// Numbers in a model file: little-endian IEEE float32 in base64 beside their shape and SHA-256.
public struct Payload: Codable, Sendable, Equatable {
  /// The numbers, row-major.
  public let base64: String
  /// SHA-256 of the bytes, 64 hexadecimal digits.
  public let sha256: String
  /// [rows, columns], or [columns] for a vector.
  public let shape: [Int]

  /// Encodes `values`, row-major of `shape`.
  public init(_ values: [Float], shape: [Int]) {
    precondition(shape.reduce(1, *) == values.count, "The shape must count the values.")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * values.count)
    for value in values {
      let bits = value.bitPattern
      for place in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt32(place)))) }
    }
    base64 = Data(bytes).base64EncodedString()
    let digits = SHA256.hexadecimal(of: bytes.span)
    sha256 = String(decoding: digits.indices.map { digits[$0] }, as: UTF8.self)
    self.shape = shape
  }

  /// Encodes a matrix.
  public init(_ matrix: Matrix) {
    self.init(matrix.values, shape: [matrix.rows, matrix.columns])
  }

  /// Encodes a vector.
  public init(_ vector: [Float]) {
    self.init(vector, shape: [vector.count])
  }
}
