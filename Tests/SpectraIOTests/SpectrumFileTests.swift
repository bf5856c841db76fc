import Foundation
import SpectraIO
import SpectraTestSupport
import Testing

@Suite("Two-column spectrum files")
struct SpectrumFileTests {
  static let expected = SpectrumFile(
    energies: [480, 480.5, 481.25], intensities: [100, -2.5, 3000])

  static let spellings: [String] = [
    "480,100\n480.5,-2.5\n481.25,3000\n",
    "480,100\n480.5,-2.5\n481.25,3e3",
    "480 100\r\n480.5 -2.5\r\n481.25 3000\r\n",
    "480;100\r480.5;-2.5\r481.25;3000\r",
    "480\t100\n480.5\t-2.5\n481.25\t3000\n",
    "  480   100\n\t480.5 \t -2.5  \n 481.25\t3000 \n",
    "480 , 100\n480.5 ,-2.5\n481.25,\t3000\n",
    "480,100,\n480.5,-2.5,\n481.25,3000,\n",
    "480;100;7;8\n480.5;-2.5;word;8\n481.25;3000;;\n",
    "\n\n480,100\n\n   \n480.5,-2.5\n,\n481.25,3000\n\n",
    "# one\n  # two, three\n480,100\n#480.1,1\n480.5,-2.5\n481.25,3000\n",
    "energy_ev,intensity\n480,100\n480.5,-2.5\n481.25,3000\n",
    "# a comment\n\nEnergy (eV)\tIntensity (counts)\n480\t100\n480.5\t-2.5\n481.25\t3000\n",
    "energy\n480,100\n480.5,-2.5\n481.25,3000\n",
    "+4.8e2,1.00E+2\n0480.5,-2.5\n481.25,3000\n",
  ]

  @Test("Spellings of the same spectrum are read alike", arguments: spellings)
  func spelling(_ text: String) throws {
    #expect(try SpectrumFile(text: text, name: "s.csv") == Self.expected)
    let folder = try TemporaryFolder()
    #expect(try SpectrumFile(twoColumnText: folder.write(text, to: "s.csv")) == Self.expected)
    let marked = try folder.write("\u{FEFF}" + text, to: "marked.csv")
    #expect(try SpectrumFile(twoColumnText: marked) == Self.expected)
  }

  static let damages: [(text: String, line: Int)] = [
    ("480,1\n480.5,x\n481,3\n", 2),
    ("480,1\r\n\r\n# c\r\n480.5\r\n481,3\r\n", 4),
    ("480,1\r480.5,2\r481,\r", 3),
    ("480,1\n480.5,,2\n", 2),
    ("480,1\nenergy,intensity\n481,2\n", 2),
    ("energy,intensity\neV,counts\n480,1\n", 2),
    ("480,nan\n", 1), ("480,1\n481,inf\n", 2), ("480,1\nnan,1\n", 2), ("480,1\n481,1e39\n", 2),
    ("480\n481\n", 1),
    // A decimal comma is no second column.
    ("energy;counts\n480,5;1000,5\n", 2), ("e c\n480,5\t1000,5\n", 2), ("e c\n480,5 1000,5\n", 2),
  ]

  @Test("A row that cannot be read is told by its line", arguments: damages.indices)
  func damage(_ index: Int) {
    let damage = Self.damages[index]
    let error = #expect(throws: DataError.self) {
      try SpectrumFile(text: damage.text, name: "folder/s.csv")
    }
    #expect(error?.description.hasPrefix("folder/s.csv, line \(damage.line): ") == true)
  }

  @Test(
    "A file without a row of numbers is told by its name",
    arguments: [
      "", "\n\r\n", "# only\n# comments\n", "energy,intensity\n", ",,,\n;;\n", "\u{FEFF}",
    ])
  func noRows(text: String) {
    let error = #expect(throws: DataError.self) { try SpectrumFile(text: text, name: "s.csv") }
    #expect(error?.description.hasPrefix("s.csv: there is no row of two numbers") == true)
  }

  static let bytes: [(name: String, bytes: [UInt8])] = [
    ("latin-1", Array("480,1 ".utf8) + [0xB5, 0x0A]),
    ("cut character", Array("480,1\n".utf8) + [0xE2, 0x82]),
    ("UTF-16", [0xFF, 0xFE, 0x34, 0x00, 0x38, 0x00]),
    ("binary", (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }),
  ]

  @Test("What is no text in UTF-8 is refused", arguments: bytes.indices)
  func notText(_ index: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.bytes[index].bytes, to: "s.csv")
    let error = #expect(throws: DataError.self) { try SpectrumFile(twoColumnText: path) }
    #expect(error?.description.contains("UTF-8") == true)
    #expect(error?.description.hasPrefix(path) == true)
  }

  @Test("Zero bytes are refused and do not end the text")
  func zeroBytes() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([0x34, 0x2C, 0x31, 0x0A, 0, 0, 0, 0x0A], to: "s.csv")
    let error = #expect(throws: DataError.self) { try SpectrumFile(twoColumnText: path) }
    #expect(error?.description.contains("line 2") == true)
  }

  @Test("A path that is no file is refused")
  func noFile() throws {
    let folder = try TemporaryFolder()
    let missing = #expect(throws: DataError.self) {
      try SpectrumFile(twoColumnText: folder.path + "/none.csv")
    }
    #expect(missing?.description.contains("no such file") == true)
    let isFolder = #expect(throws: DataError.self) {
      try SpectrumFile(twoColumnText: folder.path)
    }
    #expect(isFolder?.description.contains("is a folder") == true)
  }

  @Test("A device without an end is left at the limit")
  func endless() {
    let error = #expect(throws: DataError.self) {
      try DataFile.read("/dev/zero", limit: 1 << 20)
    }
    #expect(error?.description == "/dev/zero: is larger than 1 MiB; name another file")
  }

  /// Numbers whose shortest decimals are long, short and extreme.
  static let hard = SpectrumFile(
    energies: [
      0.1, 1 / 3.0, 1e-300, 480.00000000000006, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
      -0.0,
    ],
    intensities: [
      0.1, 1 / 3, .leastNonzeroMagnitude, 16_777_216, .greatestFiniteMagnitude, -0.0, 1.1754944e-38,
    ])

  @Test("What is written is read bit for bit")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/s.csv"
    try Self.hard.write(to: path, comments: ["one, two", "3,4"])
    let again = try SpectrumFile(twoColumnText: path)
    #expect(again.energies.map(\.bitPattern) == Self.hard.energies.map(\.bitPattern))
    #expect(again.intensities.map(\.bitPattern) == Self.hard.intensities.map(\.bitPattern))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("# one, two\n# 3,4\nenergy_ev,intensity\n0.1,0.1\n"))
  }

  @Test("A hundred thousand rows")
  func long() throws {
    let spectrum = SpectrumFile(
      energies: (0..<100_000).map { 400 + 0.01 * Double($0) },
      intensities: (0..<100_000).map { Float($0 % 977) })
    let folder = try TemporaryFolder()
    try spectrum.write(to: folder.path + "/s.csv")
    #expect(try SpectrumFile(twoColumnText: folder.path + "/s.csv") == spectrum)
  }

  @Test("Writing where nothing can be written is told")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path + "/none/s.csv", folder.path] {
      let error = #expect(throws: DataError.self) { try Self.expected.write(to: path) }
      #expect(error?.description.hasPrefix(path + ": ") == true)
      #expect(error?.description.contains("Error") == false)
    }
  }

  @Test("A file behind a link is written to, and the link stays")
  func link() throws {
    let folder = try TemporaryFolder()
    let (file, link) = (try folder.write("old", to: "s.csv"), folder.path + "/link.csv")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    try Self.expected.write(to: link)
    #expect(try SpectrumFile(twoColumnText: file) == Self.expected)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
  }
}
