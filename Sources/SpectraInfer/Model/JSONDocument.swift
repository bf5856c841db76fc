internal import CJSON
internal import CKernels

/// A parsed JSON text; its values live until it is closed.
///
/// Closed by hand: Embedded Swift 6.3 cannot destroy a type with a `deinit` of another module.
@safe
struct JSONDocument: ~Copyable {
  // Deeper than any model file, and shallow enough for a small stack.
  private static let depthMaximum: Int32 = 32

  private let object: OpaquePointer
  /// Bytes of the text that belong to the document.
  let byteCount: Int

  /// Parses strict JSON in UTF-8.
  ///
  /// - Throws: `.modelSyntax` where it is none; `.memory` where an allocation is refused.
  init(_ text: Span<UInt8>) throws(SpectraError) {
    guard let tokener = unsafe json_tokener_new_ex(Self.depthMaximum) else {
      throw SpectraError(.memory, "memory for reading the model was refused; close other programs")
    }
    defer { unsafe json_tokener_free(tokener) }
    unsafe json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8)
    let parsed = unsafe text.withUnsafeBytes { bytes in
      unsafe json_tokener_parse_ex(
        tokener, bytes.bindMemory(to: CChar.self).baseAddress, Int32(clamping: bytes.count))
    }
    let end = unsafe json_tokener_get_parse_end(tokener)
    guard let parsed = unsafe parsed else {
      if unsafe json_tokener_get_error(tokener) == json_tokener_continue {
        throw SpectraError(
          .modelSyntax, "the model ends in the middle: it is truncated; copy it again")
      }
      throw SpectraError(
        .modelSyntax, "the model is not JSON at the byte of this number; copy or export it again",
        found: Double(end))
    }
    unsafe object = parsed
    byteCount = end
  }

  /// Frees the values.
  func close() {
    _ = unsafe json_object_put(object)
  }

  /// The outermost value.
  var root: JSONValue {
    @_lifetime(borrow self)
    get { unsafe JSONValue(object, at: ErrorPlace()) }
  }
}
