internal import CJSON
internal import CJSONMemory
internal import CKernels

/// A parsed JSON text; its values live until it is closed, and as long as the text.
///
/// Closed by hand: Embedded Swift 6.3 cannot destroy a type with a `deinit` of another module.
@safe
struct JSONDocument: ~Escapable {
  private let text: Span<UInt8>
  private let object: OpaquePointer
  private let memory: OpaquePointer
  private let hashing = SHA256.Method.best

  /// Parses a text that `JSONScanner` has found sound.
  ///
  /// - Throws: `.memory` where an allocation is refused; `.modelContent` where a member is there
  ///   twice.
  @_lifetime(copy text)
  init(_ text: Span<UInt8>, _ scan: JSONScanner) throws(SpectraError) {
    let shortened = try ShortenedText(text, scan)
    guard let memory = unsafe spectra_json_memory_begin(scan.parserByteCount) else {
      throw Self.refused
    }
    do throws(SpectraError) {
      unsafe object = try Self.parse(shortened, memberCount: scan.memberCount)
      unsafe self.memory = memory
      self.text = text
    } catch {
      unsafe spectra_json_memory_end(memory)
      throw error
    }
  }

  private static func parse(
    _ text: borrowing ShortenedText, memberCount expected: Int
  ) throws(SpectraError) -> OpaquePointer {
    let bytes = text.bytes.span
    // One level more than the scan lets pass, as json-c counts the scalars as a level.
    guard let tokener = unsafe json_tokener_new_ex(Int32(ModelLimits.depth) + 1) else {
      throw refused
    }
    defer { unsafe json_tokener_free(tokener) }
    let parsed = unsafe bytes.withUnsafeBytes { bytes in
      unsafe json_tokener_parse_ex(
        tokener, bytes.bindMemory(to: CChar.self).baseAddress, Int32(clamping: bytes.count))
    }
    // The text is JSON, so what json-c cannot make of it, or not to the end, is memory.
    guard let parsed = unsafe parsed else { throw refused }
    guard unsafe json_tokener_get_parse_end(tokener) == bytes.count else {
      _ = unsafe json_object_put(parsed)
      throw refused
    }
    let found = unsafe memberCount(parsed)
    guard found == expected else {
      _ = unsafe json_object_put(parsed)
      throw SpectraError(
        .modelContent, "an object has two members of one name", found: Double(found),
        expected: Double(expected))
    }
    return unsafe parsed
  }

  private static var refused: SpectraError {
    SpectraError(.memory, "memory for reading the model was refused; close other programs")
  }

  /// Frees the values.
  func close() {
    _ = unsafe json_object_put(object)
    unsafe spectra_json_memory_end(memory)
  }

  /// The outermost value.
  var root: JSONValue {
    @_lifetime(copy self)
    get { unsafe JSONValue(object, in: text, at: ErrorPlace(), hashing: hashing) }
  }

  /// Members of all objects in `value`; the depth of the recursion is that of the text.
  private static func memberCount(_ value: OpaquePointer?) -> Int {
    switch unsafe json_object_get_type(value) {
    case json_type_object:
      var count = Int(unsafe json_object_object_length(value))
      var place = unsafe json_object_iter_begin(value)
      var end = unsafe json_object_iter_end(value)
      while unsafe json_object_iter_equal(&place, &end) == 0 {
        count += unsafe memberCount(json_object_iter_peek_value(&place))
        unsafe json_object_iter_next(&place)
      }
      return count
    case json_type_array:
      var count = 0
      for index in 0..<(unsafe json_object_array_length(value)) {
        count += unsafe memberCount(json_object_array_get_idx(value, index))
      }
      return count
    default:
      return 0
    }
  }
}
