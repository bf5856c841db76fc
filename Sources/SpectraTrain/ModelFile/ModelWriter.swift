public import Foundation
import SpectraIO
import SpectraInfer

/// Makes the bytes of a model file: JSON with sorted names, closed by the checksum of the whole.
public struct ModelWriter: Sendable {
  /// A writer.
  public init() {}

  /// The bytes of a model file; the same document gives the same bytes.
  ///
  /// - Throws: an encoding error where a number is not finite.
  public func bytes(of document: ModelDocument) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return seal(try encoder.encode(document))
  }

  /// Appends the checksum as the last member of a JSON object.
  ///
  /// - Parameter object: JSON text that ends with a brace; members are separated as it comes.
  public func seal(_ object: Data) -> [UInt8] {
    var bytes = [UInt8](object)
    while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "}") {
      bytes.removeLast()
      if last == UInt8(ascii: "}") { break }
    }
    while let last = bytes.last, last == UInt8(ascii: "\n") { bytes.removeLast() }
    bytes += Array(",\n  \"\(ModelSeal.memberName)\" : \"".utf8)
    let digits = SHA256.hexadecimal(of: bytes.span)
    bytes += digits.indices.map { digits[$0] }
    bytes += Array("\(ModelSeal.ending)".utf8)
    return bytes
  }

  /// Writes the file at once: a reader sees the old file or the new one.
  ///
  /// - Throws: `DataError` where it cannot be written.
  public func write(_ bytes: [UInt8], to path: String) throws {
    try DataFile.write(Data(bytes), to: path)
  }
}
