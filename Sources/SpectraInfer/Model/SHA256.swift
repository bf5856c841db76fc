internal import CKernels

/// The hash SHA-256 of FIPS 180-4, by which a model file knows whether it is whole.
public struct SHA256: Sendable {
  /// Bytes of a hash.
  public static let byteCount = 32
  private static let initial: InlineArray<8, UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]

  /// How the blocks are taken in; the hash is the same.
  public enum Method: UInt8, Sendable {
    /// For every processor.
    case portable
    /// The instructions that some processors have for it.
    case instructions

    /// The fastest method of this processor. Asks it anew each time, which costs microseconds on a
    /// virtual machine.
    public static var best: Method { spectra_sha256_is_fast() ? .instructions : .portable }
  }

  private var state = Self.initial

  /// The hash of `bytes` as 64 lower-case hexadecimal digits.
  ///
  /// - Parameter method: must be one that this processor can run.
  /// - Complexity: O(bytes); allocates nothing.
  public static func hexadecimal(
    of bytes: Span<UInt8>, method: Method = .best
  ) -> InlineArray<64, UInt8> {
    var hash = SHA256()
    let blocks = bytes.count / 64
    hash.consume(bytes, from: 0, blocks: blocks, method)
    hash.finish(bytes, from: 64 * blocks, method)
    var digits = InlineArray<64, UInt8>(repeating: 0)
    for place in 0..<64 {
      let word = hash.state[place / 8] >> UInt32(28 - 4 * (place % 8))
      let nibble = UInt8(truncatingIfNeeded: word) & 15
      digits[place] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
    return digits
  }

  private init() {}

  /// The last block or two: the rest of the bytes, a one bit, zeros, and the length in bits.
  private mutating func finish(_ bytes: Span<UInt8>, from start: Int, _ method: Method) {
    var last = InlineArray<128, UInt8>(repeating: 0)
    let rest = bytes.count - start
    for index in 0..<rest { last[index] = bytes[start + index] }
    last[rest] = 0x80
    let end = rest < 56 ? 64 : 128
    let bits = UInt64(bytes.count) * 8
    for index in 0..<8 {
      last[end - 1 - index] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * index))
    }
    consume(last.span, from: 0, blocks: end / 64, method)
  }

  /// `count` blocks of 64 bytes.
  private mutating func consume(
    _ bytes: Span<UInt8>, from start: Int, blocks count: Int, _ method: Method
  ) {
    guard count > 0 else { return }
    unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let first = bytes.baseAddress else { return }
      var state = state.mutableSpan
      unsafe state.withUnsafeMutableBufferPointer { state in
        unsafe spectra_sha256_blocks(
          method == .instructions, state.baseAddress, count, first + start)
      }
    }
  }
}
