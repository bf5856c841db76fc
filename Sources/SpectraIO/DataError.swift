/// Why data could not be read or written: one sentence that names the file, the place and the
/// remedy.
public struct DataError: Error, CustomStringConvertible, Equatable {
  /// The sentence.
  public let description: String

  /// An error with its sentence.
  public init(_ description: String) {
    self.description = description
  }
}
