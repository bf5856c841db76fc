/// The checksum of a whole model file.
///
/// The last member of the file is `"file_sha256"`; its 64 hexadecimal digits are the SHA-256 of all
/// bytes before them, and only `"`, a line break, `}` and a line break follow. In Python:
///
///     hashlib.sha256(data[:-68]).hexdigest() == data[-68:-4].decode()
public enum ModelSeal {
  /// What follows the digits.
  public static let ending: StaticString = "\"\n}\n"
  /// Name of the member that holds the digits.
  public static let memberName: StaticString = "file_sha256"

  /// Checks the checksum of a file.
  ///
  /// - Parameter root: the parsed file, whose member must be these digits and not something else.
  /// - Throws: `.modelChecksum` where the file is damaged, cut or edited.
  static func check(_ file: Span<UInt8>, against root: JSONValue) throws(SpectraError) {
    let endingCount = ending.utf8CodeUnitCount
    let digitCount = 2 * SHA256.byteCount
    guard file.count > endingCount + digitCount else {
      throw SpectraError(.modelChecksum, "the model ends before its checksum; copy it again")
    }
    let start = file.count - endingCount - digitCount
    for index in 0..<endingCount {
      guard unsafe file[start + digitCount + index] == ending.utf8Start[index] else {
        throw SpectraError(
          .modelChecksum,
          "the model does not end with its checksum: it was edited or cut; export it again")
      }
    }
    let digits = SHA256.hexadecimal(
      of: file.extracting(0..<start), method: root.hashing)
    for index in 0..<digitCount where file[start + index] != digits[index] {
      throw SpectraError(
        .modelChecksum,
        "the checksum does not match: the model was damaged or edited; copy or export it again"
      )
    }
    guard try root.member(memberName).isHexadecimal(digits) else {
      throw SpectraError(
        .modelChecksum, "must be the last member of the file; export the model again",
        at: ErrorPlace().member(memberName))
    }
  }
}
