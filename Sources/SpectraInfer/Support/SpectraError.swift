/// Why a call could not be carried out: a stable code, one sentence with the remedy, and where.
///
/// The value owns no memory, so that it can be made when the computer has none left.
public struct SpectraError: Error, Sendable {
  /// The stable codes; `rawValue` equals the `SPECTRA_ERROR_*` of the C header.
  public enum Code: Int32, Sendable, CaseIterable {
    case nullArgument = 10
    case structSize = 11
    case count = 12
    case workspace = 13
    case option = 14
    case memory = 15

    case axis = 20
    case axisRange = 21
    case notFinite = 22
    case backgroundWindow = 23
    case backgroundFit = 24
    case noEdge = 25
    case noSignal = 26
    case alignment = 27
    case lowLoss = 28
    case deconvolution = 29
    case uncertainOnset = 30

    case file = 40
    case modelSyntax = 41
    case modelFormat = 42
    case modelChecksum = 43
    case modelContent = 44
    case modelSelfTest = 45
  }

  /// The stable code.
  public let code: Code
  /// What is wrong and what mends it, in ASCII.
  public let sentence: StaticString
  /// Where in a model file or a batch, if that is what was read.
  public let place: ErrorPlace
  /// The number that was found, where one says more.
  public let found: Double?
  /// The number that was expected instead.
  public let expected: Double?

  /// An error with its sentence and, where they say more, the numbers behind it.
  public init(
    _ code: Code, _ sentence: StaticString, at place: ErrorPlace = ErrorPlace(),
    found: Double? = nil, expected: Double? = nil
  ) {
    self.code = code
    self.sentence = sentence
    self.place = place
    self.found = found
    self.expected = expected
  }

  /// The same error, of an element of a batch or of a file.
  public func at(_ place: ErrorPlace) -> SpectraError {
    SpectraError(code, sentence, at: place, found: found, expected: expected)
  }

  /// Writes `place: sentence (found ..., expected ...).` as ASCII without a terminator.
  ///
  /// - Returns: the number of bytes written, at most `buffer.count`; the rest is cut.
  public func write(into buffer: inout MutableSpan<UInt8>) -> Int {
    var writer = ASCIIWriter()
    place.write(with: &writer, into: &buffer)
    if !place.isEmpty { writer.append(": ", to: &buffer) }
    writer.append(sentence, to: &buffer)
    // Whatever is wrong inside of a model, there is one remedy.
    if code == .modelContent { writer.append("; export the model again", to: &buffer) }
    if let found {
      writer.append(" (found ", to: &buffer)
      writer.append(found, to: &buffer)
      if let expected {
        writer.append(", expected ", to: &buffer)
        writer.append(expected, to: &buffer)
      }
      writer.append(")", to: &buffer)
    }
    writer.append(".", to: &buffer)
    return writer.count
  }
}

#if !hasFeature(Embedded)
  extension SpectraError: CustomStringConvertible {
    /// The message of the C interface.
    public var description: String {
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
        unsafe buffer.initialize(repeating: 0)
        var span = unsafe buffer.mutableSpan
        count = write(into: &span)
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
#endif
