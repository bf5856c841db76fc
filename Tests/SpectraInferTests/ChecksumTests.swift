import CKernels
import SpectraInfer
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  /// FIPS 180-4 and its examples (NIST, "SHA256.pdf"); the lengths around 55, 56 and 64 bytes are
  /// of Python's hashlib, where padding goes into another block.
  @Test(
    "Agrees with the standard's examples and with hashlib",
    arguments: [
      ("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      ("a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
      ("a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
      ("a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
      ("a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
      ("a", 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"),
      ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
  func known(text: String, repeats: Int, hash: String) {
    let bytes = [UInt8](String(repeating: text, count: repeats).utf8)
    for method in Set([SHA256.Method.portable, .best]) {
      let digits = SHA256.hexadecimal(of: bytes.span, method: method)
      #expect(
        String(decoding: digits.indices.map { digits[$0] }, as: UTF8.self) == hash, "\(method)")
    }
  }
}

@Suite("Base64")
struct Base64Tests {
  private func decode(_ text: String) -> [UInt8]? {
    let characters = [UInt8](text.utf8)
    guard let count = Base64.byteCount(of: characters.span) else { return nil }
    var bytes = [UInt8](repeating: 0xAA, count: count)
    var span = bytes.mutableSpan
    return Base64.decode(characters.span, into: &span) ? bytes : nil
  }

  @Test(
    "Decodes the examples of RFC 4648 section 10",
    arguments: [
      ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"),
      ("Zm9vYmE=", "fooba"), ("Zm9vYmFy", "foobar"),
    ])
  func examples(text: String, content: String) {
    #expect(decode(text) == [UInt8](content.utf8))
  }

  @Test("Every character that is no digit is refused in every place", arguments: 0...255)
  func foreign(character: Int) {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let isDigit = alphabet.utf8.contains(UInt8(character))
    for place in 0..<8 {
      var text = [UInt8]("QUJDREVG".utf8)
      text[place] = UInt8(character)
      var bytes = [UInt8](repeating: 0, count: 6)
      var span = bytes.mutableSpan
      guard Base64.byteCount(of: text.span) == 6 else { continue }  // "=" at the end
      #expect(Base64.decode(text.span, into: &span) == isDigit, "place \(place)")
    }
  }

  @Test("Many digits at a time are decoded as one group is, and foreign ones found")
  func manyDigits() {
    let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    for groups in 1...30 {
      // Digits in an order that brings each to each place of sixteen.
      let text = (0..<4 * groups).map { alphabet[($0 * 37 + groups * 11) % 64] }
      let values = text.map { alphabet.firstIndex(of: $0) ?? 0 }
      let expected = (0..<groups).flatMap { group -> [UInt8] in
        let bits = (0..<4).reduce(0) { $0 << 6 | values[4 * group + $1] }
        return [UInt8(bits >> 16), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
      }
      for method in Set([SHA256.Method.portable, .best]) {
        var bytes = [UInt8](repeating: 0xAA, count: 3 * groups)
        var span = bytes.mutableSpan
        #expect(Base64.decode(text.span, into: &span, method: method))
        #expect(bytes == expected)
      }
    }
  }

  @Test("A foreign character among many digits is refused", arguments: 0...255)
  func foreignAmongMany(character: Int) {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let isDigit = alphabet.utf8.contains(UInt8(character))
    for place in 0..<32 {
      var text = [UInt8](repeating: UInt8(ascii: "b"), count: 48)
      text[place] = UInt8(character)
      for method in Set([SHA256.Method.portable, .best]) {
        var bytes = [UInt8](repeating: 0, count: 36)
        var span = bytes.mutableSpan
        #expect(Base64.decode(text.span, into: &span, method: method) == isDigit, "place \(place)")
      }
    }
  }

  @Test("Decodes every digit")
  func digits() {
    let text = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    // Six bits each, 0 to 63 in turn, packed.
    var expected: [UInt8] = []
    for group in 0..<16 {
      let bits = (0..<4).reduce(0) { $0 << 6 | (4 * group + $1) }
      expected += [UInt8(bits >> 16), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
    }
    #expect(decode(text) == expected)
  }

  @Test(
    "Refuses what is not one text for one content",
    arguments: [
      "Z", "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm9v\n", "Zm 9",
      "Zm-v", "Zm_v", "Zm9\u{0}", "Zmé=", "=m9v", "Z=9v", "Zm=v",
    ])
  func refused(text: String) {
    #expect(decode(text) == nil)
  }
}

@Suite("Plain text")
struct PlainTextTests {
  @Test("It ends at each character that is not plain, wherever that stands", arguments: 0...255)
  func length(character: Int) {
    let isPlain = (0x20..<0x80).contains(character) && character != 0x22 && character != 0x5C
    for count in [1, 63, 64, 65, 200] {
      for place in [0, 1, 31, 62, 63, 64, 127, 199] where place < count {
        var text = [UInt8](repeating: UInt8(ascii: "A"), count: count)
        text[place] = UInt8(character)
        #expect(unsafe spectra_plain_length(count, text) == (isPlain ? count : place))
      }
    }
  }
}
