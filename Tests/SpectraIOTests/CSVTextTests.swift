import SpectraIO
import SpectraTestSupport
import Testing

@Suite("Comma-separated text")
struct CSVTextTests {
  @Test("Cells are quoted as RFC 4180 says")
  func quoting() {
    var table = CSVText(columns: ["a", "b,c", "d"])
    table.add([.text("plain"), .text("one, two"), .text("say \"no\"")])
    table.add([.text("two\nlines"), .text("two\r\nlines"), .text("")])
    table.add([.text("é ü 水"), .whole(-3), .seed(.max)])
    #expect(
      table.text
        == "a,\"b,c\",d\n" + "plain,\"one, two\",\"say \"\"no\"\"\"\n"
        + "\"two\nlines\",\"two\r\nlines\",\n" + "é ü 水,-3,18446744073709551615\n")
  }

  @Test("Numbers are exact, and as short as they can be")
  func numbers() {
    let shortest: [(Double, String)] = [
      (0.1, "0.1"), (1, "1.0"), (-0.0, "-0.0"), (1.0 / 3, "0.3333333333333333"),
      (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
      (.nan, ""),
    ]
    for (number, text) in shortest { #expect(CSVText.Cell.number(number).quoted == text) }
    #expect(CSVText.Cell.intensity(0.1).quoted == "0.1")
    #expect(CSVText.Cell.intensity(1.0 / 3).quoted == "0.33333334")
    #expect(CSVText.Cell.intensity(.nan).quoted == "")
    var bits: UInt64 = 0x9E37_79B9_7F4A_7C15
    for _ in 0..<1000 {
      bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let number = Double(bitPattern: bits)
      guard number.isFinite else { continue }
      #expect(Double(CSVText.Cell.number(number).quoted) == number)
      let single = Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 32))
      if single.isFinite { #expect(Float(CSVText.Cell.intensity(single).quoted) == single) }
    }
  }

  @Test("What is written is read back")
  func roundTrip() throws {
    let texts = ["plain", "one, two", "say \"no\"", "\"", "two\nlines", "é, ü"]
    var table = CSVText(columns: ["text", "number"])
    for (index, text) in texts.enumerated() {
      table.add([.text(text), .number(0.1 + Double(index))])
    }
    let folder = try TemporaryFolder()
    let rows = Array(try Table(folder.write(table.text, to: "table.csv")).rows)
    #expect(try rows.map { try $0.text("text") } == texts)
    #expect(try rows.map { try $0.number("number") } == texts.indices.map { 0.1 + Double($0) })
  }
}
