import Foundation
import SpectraMaps
import Testing

@Suite("JSON with its order")
struct JSONTextTests {
  @Test("What is written is read back by Foundation")
  func roundTrip() throws {
    let strange = "\"\\/\n\t\r\u{0}\u{1F}\u{7F} é 日本 \u{1F52C}"
    let text = JSONText.members([
      ("z", .text(strange)), ("a", .numbers([0.1, -1e-300, 1e300, 1e-307, 3])),
      ("f", .intensities([0.1, 16_777_216])), ("none", .optional(nil as Double?)),
      ("nan", .number(.nan)), ("nans", .numbers([1, .infinity])), ("flag", .truth(true)),
      ("list", .list([.whole(-7), .members([]), .list([])])),
    ])
    let found = try #require(
      JSONSerialization.jsonObject(with: text.document) as? [String: Any])
    #expect(found["z"] as? String == strange)
    #expect(found["a"] as? [Double] == [0.1, -1e-300, 1e300, 1e-307, 3])
    #expect((found["f"] as? [Double])?.map { Float($0) } == [0.1, 16_777_216])
    #expect(found["none"] is NSNull && found["nan"] is NSNull)
    #expect((found["nans"] as? [Any])?.last is NSNull)
    #expect(found["flag"] as? Bool == true)
    #expect((found["list"] as? [Any])?.count == 3)
    let written = String(decoding: text.document, as: UTF8.self)
    #expect(try written.contains(Regex("^\\{\n  \"z\": .*\n  \"a\": \\[.*\\],\n")))
  }
}
