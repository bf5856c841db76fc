internal import CKernels

/// Base64 of RFC 4648 section 4, strict: padded, without line breaks or other foreign characters.
package enum Base64 {
  /// Bytes that `characterCount` characters without padding stand for at most.
  package static func byteCount(of text: Span<UInt8>) -> Int? {
    guard text.count % 4 == 0 else { return nil }
    guard text.count > 0 else { return 0 }
    var count = text.count / 4 * 3
    if text[text.count - 1] == UInt8(ascii: "=") { count -= 1 }
    if text[text.count - 2] == UInt8(ascii: "=") { count -= 1 }
    return count
  }

  /// Decodes `text` into `bytes`, which has the room that `byteCount` says.
  ///
  /// - Parameter method: the instructions for SHA-256 come with those for this.
  /// - Returns: false where a character is foreign or unused bits are not zero.
  package static func decode(
    _ text: Span<UInt8>, into bytes: inout MutableSpan<UInt8>, method: SHA256.Method = .best
  ) -> Bool {
    guard let count = byteCount(of: text), bytes.count == count else { return false }
    // All groups but the last, which may be padded.
    let whole = max(0, text.count / 4 - 1)
    guard decodeGroups(whole, of: text, into: &bytes, method) else { return false }
    var output = 3 * whole
    var input = 4 * whole
    while input < text.count {
      let remaining = count - output
      let digits = min(4, remaining + 1)
      var group: UInt32 = 0
      for place in 0..<4 {
        var value: UInt32 = 0
        if place < digits {
          guard let digit = digit(text[input + place]) else { return false }
          value = digit
        } else if text[input + place] != UInt8(ascii: "=") {
          return false
        }
        group = group << 6 | value
      }
      let length = min(3, remaining)
      // One text for one content: the bits behind the last byte are zero.
      if length < 3, group & (UInt32(1) << UInt32(8 * (3 - length)) - 1) != 0 { return false }
      for place in 0..<length {
        bytes[output + place] = UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * place))
      }
      output += length
      input += 4
    }
    return true
  }

  private static func decodeGroups(
    _ count: Int, of text: Span<UInt8>, into bytes: inout MutableSpan<UInt8>,
    _ method: SHA256.Method
  ) -> Bool {
    unsafe text.withUnsafeBufferPointer { text in
      unsafe bytes.withUnsafeMutableBufferPointer { bytes in
        guard let source = text.baseAddress, let target = bytes.baseAddress else { return true }
        return unsafe spectra_base64_groups(method == .instructions, count, source, target) == count
      }
    }
  }

  private static func digit(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
