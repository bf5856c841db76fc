import Foundation
import SpectraIO
import SpectraTestSupport
import Testing

@Suite("EMSA/MAS files")
struct MSAFileTests {
  func open(_ text: String) throws(DataError) -> SpectrumFile {
    try SpectrumFile(FileBytes(Array(text.utf8), name: "a.msa"))
  }

  /// A file with other lines before the numbers, and the numbers.
  static func text(_ lines: [String] = [], type: String = "Y", _ numbers: String) -> String {
    let keys = [
      "FORMAT      : EMSA/MAS Spectral Data File", "VERSION     : 1.0", "TITLE       : NIO EELS",
      "DATE        : 01-OCT-1991", "TIME        : 12:00", "OWNER       : EMSA/MAS TASK FORCE",
      "NPOINTS     : 4.", "NCOLUMNS    : 1.", "XUNITS      : eV", "YUNITS      : Intensity",
      "DATATYPE    : \(type)",
    ]
    return (keys + lines + ["SPECTRUM    : Spectral Data Starts Here"]).map { "#\($0)\r\n" }
      .joined()
      + numbers + "#ENDOFDATA   :\r\n#CHECKSUM    : 04F7\r\n"
  }

  static let linear = ["XPERCHAN    : 0.5", "OFFSET      : 520.25"]
  static let energies = [520.25, 520.75, 521.25, 521.75]

  @Test(
    "Numbers alone, in one column or several, with or without commas",
    arguments: [
      "1,\r\n2,\r\n3.5,\r\n-4e0,\r\n", "1, 2, 3.5, -4\r\n", "1 2\r\n3.5 -4\r\n", "1,2\n3.5\n\n-4\n",
    ])
  func columns(_ numbers: String) throws {
    let file = try open(Self.text(Self.linear, numbers))
    #expect(file.format == .msa)
    #expect(file.energies == Self.energies)
    #expect(try file.spectrum().intensities == [1, 2, 3.5, -4])
    #expect(file.warnings == [])
    #expect(file.metadata.title == "NIO EELS")
    #expect((file.metadata.date, file.metadata.time) == ("1991-10-01", "12:00:00"))
    #expect(file.metadata.owner == "EMSA/MAS TASK FORCE")
    #expect((file.metadata.signalUnit, file.metadata.dispersion) == ("Intensity", 0.5))
  }

  @Test("Pairs, and two pairs a line: the energies of the points hold")
  func pairs() throws {
    let numbers = "520, 1, 521, 2\n522.5, 3, 523, 4\n"
    let file = try open(Self.text(Self.linear, type: "XY", numbers))
    #expect(file.energies == [520, 521, 522.5, 523])
    #expect(try file.spectrum().intensities == [1, 2, 3, 4])
    #expect(file.warnings.count == 1)
    #expect(try open(Self.text(type: "XY", numbers)).warnings == [])
  }

  @Test("Energies of points with too few digits give way to OFFSET and XPERCHAN")
  func rounded() throws {
    let file = try open(
      Self.text(
        ["XPERCHAN: 0.1", "OFFSET: 520"], type: "XY", "520, 1\n520, 2\n520, 3\n520, 4\n"))
    #expect(file.energies == (0..<4).map { 520 + Double($0) * 0.1 })
    #expect(file.warnings.count == 1)
  }

  @Test("CHOFFSET, the channel of energy zero, in place of OFFSET or against it")
  func channelOffset() throws {
    let numbers = "1,2,3,4\n"
    // The example of the standard's authors: 3.1 eV a channel, OFFSET 520.13, CHOFFSET -168.
    let alone = try open(Self.text(["XPERCHAN: 3.1", "CHOFFSET: -168."], numbers))
    #expect(abs(alone.energies[0] - 520.8) < 1e-9)
    let both = try open(
      Self.text(["XPERCHAN: 3.1", "OFFSET: 520.13", "CHOFFSET: -168."], numbers))
    #expect(both.energies[0] == 520.13)
    #expect(both.warnings == [])
    let against = try open(
      Self.text(["XPERCHAN: 3.1", "OFFSET: 520.13", "CHOFFSET: -100."], numbers))
    #expect(against.energies[0] == 520.13)
    #expect(against.warnings.count == 1)
  }

  @Test("Units of keys: of the axis, the beam, angles and times")
  func units() throws {
    let file = try open(
      Self.text(
        Self.linear + [
          "BEAMKV   -kV: 120.0", "CONVANGLE-dg: 0.5", "COLLANGLE-mR: 3.4", "INTEGTIME -ms: 100.",
          "DWELLTIME -ms: 7", "ELSDET  : PARALL", "THICKNESS -nm: 50", "COMMENT : one: two",
          "SIGNALTYPE : ELS", "MAGCAM : 2.0 E+02",
        ], "1,2,3,4\n"))
    let metadata = file.metadata
    #expect((metadata.beamEnergy, metadata.collectionAngle, metadata.exposure) == (120, 3.4, 0.1))
    #expect(abs((metadata.convergenceAngle ?? 0) - 8.726646259971648) < 1e-12)
    #expect(metadata.detector == "PARALL")
    #expect(
      metadata.other == [
        .init(key: "DWELLTIME -ms", value: "7"), .init(key: "THICKNESS -nm", value: "50"),
        .init(key: "COMMENT", value: "one: two"), .init(key: "SIGNALTYPE", value: "ELS"),
        .init(key: "MAGCAM", value: "2.0 E+02"),
      ])
    let kilo = Self.text(["XPERCHAN: 0.5 E-03", "OFFSET: 0.5"], "1,2,3,4\n")
      .replacing(": eV", with: ": keV")
    for (energy, expected) in zip(try open(kilo).energies, [500, 500.5, 501, 501.5]) {
      #expect(abs(energy - expected) < 1e-12 * expected)
    }
    let named = Self.text(Self.linear, "1,2,3,4\n").replacing(": eV", with: ": Energy Loss (eV)")
    #expect(try open(named).energies == Self.energies)
    let length = Self.text(Self.linear, "1,2,3,4\n").replacing(": eV", with: ": nm")
    let error = #expect(throws: DataError.self) { try open(length) }
    #expect(error?.description.contains("\"nm\", no unit of energy; give the energies") == true)
  }

  @Test(
    "Days and times, where their spelling leaves no doubt",
    arguments: [
      ("01-OCT-1991", "1991-10-01"), ("1-Oct-1991", "1991-10-01"), ("2014-02-08", "2014-02-08"),
      ("24/12/2013", "2013-12-24"), ("12/24/2013", "2013-12-24"), ("8.8.2014", "2014-08-08"),
      ("2/8/2014", "2/8/2014"), ("13/13/2014", "13/13/2014"), ("today", "today"),
      ("08-02-14", "08-02-14"),
    ])
  func days(_ spelling: String, day: String) throws {
    let text = Self.text(Self.linear, "1,2,3,4\n")
    #expect(try open(text.replacing("01-OCT-1991", with: spelling)).metadata.date == day)
  }

  @Test(
    "Times of 12 and 24 hours",
    arguments: [
      ("12:00", "12:00:00"), ("18:56:37", "18:56:37"), ("6:56:37 PM", "18:56:37"),
      ("12:05 am", "00:05:00"), ("12:05 PM", "12:05:00"), ("13:00 PM", "13:00 PM"),
      ("12:100", "12:100"), ("noon", "noon"),
    ])
  func times(_ spelling: String, time: String) throws {
    let text = Self.text(Self.linear, "1,2,3,4\n")
    #expect(try open(text.replacing(": 12:00", with: ": \(spelling)")).metadata.time == time)
  }

  @Test("What is missing or contradicts is a warning")
  func warnings() throws {
    let text = Self.text(Self.linear, "1,2,3\n")
    #expect(try open(text).warnings == ["NPOINTS is 4., and there are 3 points"])
    let cut = text.split(separator: "#ENDOFDATA", omittingEmptySubsequences: false)[0]
    #expect(try open(String(cut)).warnings.first?.contains("truncated") == true)
    let bare = "#XPERCHAN: 1\n#OFFSET: 2\n#SPECTRUM:\n1\n2\n"
    let file = try open(bare)
    #expect(file.energies == [2, 3])
    // The unit, the type of data and the end are missing.
    #expect(file.warnings.count == 3)
    let falling = try open(Self.text(["XPERCHAN: -1", "OFFSET: 2"], "1,2,3,4\n"))
    #expect(falling.energies == [-1, 0, 1, 2])
    #expect(try falling.spectrum().intensities == [4, 3, 2, 1])
  }

  @Test(
    "What cannot be read is told by its line",
    arguments: [
      ("1,2,x,4\n", 15), ("1\n2\nnan\n", 17), ("1\n2\n1e99\n", 17),
    ])
  func damage(_ numbers: String, line: Int) {
    let error = #expect(throws: DataError.self) { try open(Self.text(Self.linear, numbers)) }
    #expect(error?.description.hasPrefix("a.msa, line \(line): ") == true, "\(numbers)")
  }

  @Test(
    "Files without numbers, axis or a type that is known",
    arguments: [
      Self.text(Self.linear, ""), Self.text([], "1,2\n"),
      Self.text(["XPERCHAN: 0", "OFFSET: 1"], "1,2\n"),
      Self.text(Self.linear, type: "Z", "1,2\n"), Self.text(Self.linear, type: "XY", "1,2,3\n"),
      Self.text(["XPERCHAN: x", "OFFSET: 1"], "1,2\n"), "#FORMAT: EMSA/MAS\n#XPERCHAN: 1\n",
      "#FORMAT: EMSA/MAS\n1 2\n",
    ])
  func refusal(_ text: String) {
    #expect(throws: DataError.self) { try open(text) }
  }

  @Test("What is written is read again: every bit, and what is known")
  func roundTrip() throws {
    var metadata = SpectrumMetadata()
    metadata.title = "a title"
    (metadata.date, metadata.time) = ("2014-02-08", "18:56:00")
    (metadata.beamEnergy, metadata.convergenceAngle, metadata.collectionAngle) = (300, 1.5, 20)
    (metadata.exposure, metadata.signalUnit) = (0.25, "counts")
    let spectrum = MeasuredSpectrum(
      energies: [500, 500.1, 500.30000000000007, 501], intensities: [0.1, -1e-30, 3e30, 7],
      metadata: metadata)
    let again = try open(MSAText(spectrum).text).spectrum()
    #expect(again.energies == spectrum.energies)
    #expect(again.intensities == spectrum.intensities)
    #expect(again.metadata == metadata)
  }
}
