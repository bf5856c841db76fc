/// The hash SHA-256 of FIPS 180-4, by which a model file knows whether it is whole.
public struct SHA256: Sendable {
  /// Bytes of a hash.
  public static let byteCount = 32
  private static let initial: InlineArray<8, UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]

  private var state = Self.initial

  /// The hash of `bytes` as 64 lower-case hexadecimal digits.
  ///
  /// - Complexity: O(bytes); allocates nothing.
  public static func hexadecimal(of bytes: Span<UInt8>) -> InlineArray<64, UInt8> {
    var hash = SHA256()
    let whole = bytes.count / 64 * 64
    var start = 0
    while start < whole {
      hash.consume(bytes, from: start)
      start += 64
    }
    hash.finish(bytes, from: whole)
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
  private mutating func finish(_ bytes: Span<UInt8>, from start: Int) {
    var last = InlineArray<128, UInt8>(repeating: 0)
    let rest = bytes.count - start
    for index in 0..<rest { last[index] = bytes[start + index] }
    last[rest] = 0x80
    let end = rest < 56 ? 64 : 128
    let bits = UInt64(bytes.count) * 8
    for index in 0..<8 {
      last[end - 1 - index] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * index))
    }
    let span = last.span
    consume(span, from: 0)
    if end == 128 { consume(span, from: 64) }
  }

  private mutating func consume(_ bytes: Span<UInt8>, from start: Int) {
    var schedule = InlineArray<64, UInt32>(repeating: 0)
    for index in 0..<16 {
      let place = start + 4 * index
      schedule[index] =
        UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16
        | UInt32(bytes[place + 2]) << 8 | UInt32(bytes[place + 3])
    }
    for index in 16..<64 {
      let (early, late) = (schedule[index - 15], schedule[index - 2])
      let sigma0 = Self.rotate(early, 7) ^ Self.rotate(early, 18) ^ early >> 3
      let sigma1 = Self.rotate(late, 17) ^ Self.rotate(late, 19) ^ late >> 10
      schedule[index] = schedule[index - 16] &+ sigma0 &+ schedule[index - 7] &+ sigma1
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for index in 0..<64 {
      let sum1 = Self.rotate(e, 6) ^ Self.rotate(e, 11) ^ Self.rotate(e, 25)
      let choice = (e & f) ^ (~e & g)
      let first = h &+ sum1 &+ choice &+ Self.constants[index] &+ schedule[index]
      let sum0 = Self.rotate(a, 2) ^ Self.rotate(a, 13) ^ Self.rotate(a, 22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ sum0 &+ majority)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
    state[5] &+= f
    state[6] &+= g
    state[7] &+= h
  }

  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }

  private static let constants: InlineArray<64, UInt32> = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5,
    0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3,
    0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc,
    0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13,
    0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3,
    0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5,
    0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208,
    0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}
