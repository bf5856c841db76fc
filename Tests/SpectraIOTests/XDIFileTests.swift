import SpectraIO
import Testing

@Suite("XAS Data Interchange files")
struct XDIFileTests {
  func open(_ text: String) throws(DataError) -> SpectrumFile {
    try SpectrumFile(FileBytes(Array(text.utf8), name: "a.xdi"))
  }

  static func text(_ columns: [String], _ rows: String) -> String {
    let fields = columns.enumerated().map { "# Column.\($0.offset + 1): \($0.element)\n" }
    return "# XDI/1.0 GSE/1.0\n" + fields.joined() + """
      # Element.symbol: O
      # Element.edge: K
      # Scan.start_time: 2001-06-26T22:27:31
      # Sample.name: quartz
      # ///
      # room temperature: yes
      #----
      # energy i0
      \(rows)
      """
  }

  @Test("A column of absorption is the spectrum")
  func absorption() throws {
    let file = try open(
      Self.text(
        ["energy keV", "i0 counts", "mutrans"], "0.5 100 1\n  0.5005 200 2\r\n0.501 300 3\n"))
    #expect(file.format == .xdi)
    for (energy, expected) in zip(file.energies, [500, 500.5, 501]) {
      #expect(abs(energy - expected) < 1e-12 * expected)
    }
    #expect(try file.spectrum().intensities == [1, 2, 3])
    #expect(file.metadata.title == "quartz")
    #expect((file.metadata.date, file.metadata.time) == ("2001-06-26", "22:27:31"))
    #expect(file.metadata.other.contains(.init(key: "Element.symbol", value: "O")))
    #expect(file.metadata.other.contains(.init(key: "comment", value: "room temperature: yes")))
    #expect(file.warnings.contains("the intensities are column 3, mutrans"))
  }

  @Test("Without one, it is made of what was measured: ln(i0/itrans), or ifluor/i0")
  func measured() throws {
    let transmitted = try open(
      Self.text(["energy eV", "i0", "itrans"], "500 2.718281828459045 1\n501 1 1\n"))
    #expect(try transmitted.spectrum().intensities == [1, 0])
    let fluorescence = try open(Self.text(["energy eV", "i0", "ifluor"], "500 2 1\n501 4 1\n"))
    #expect(try fluorescence.spectrum().intensities == [0.5, 0.25])
    #expect(throws: DataError.self) {
      try open(Self.text(["energy eV", "i0", "itrans"], "500 1 0\n501 1 1\n"))
    }
  }

  @Test("Other columns are a line of spectra; names may stand above the numbers alone")
  func line() throws {
    let file = try open(Self.text(["energy eV", "a", "b"], "500 1 2\n501 3 4\n"))
    #expect(file.navigationShape == [2])
    var values: [Float] = []
    try file.read(0..<2, into: &values)
    #expect(values == [1, 3, 2, 4])
    #expect(try open(Self.text([], "500 1\n501 3\n")).energies == [500, 501])
  }

  @Test(
    "Angles, words, ragged rows and no rows are refused",
    arguments: [
      Self.text(["angle degrees", "mutrans"], "10 1\n11 2\n"),
      Self.text(["energy pixel", "mutrans"], "10 1\n11 2\n"),
      Self.text(["energy eV", "mutrans"], "10 1\n11 x\n"),
      Self.text(["energy eV", "mutrans"], "10 1\n11\n"), Self.text(["energy eV", "mutrans"], ""),
      "# XDI/1.0\n",
    ])
  func refusal(_ text: String) {
    #expect(throws: DataError.self) { try open(text) }
  }
}
