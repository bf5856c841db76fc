import Foundation
import SpectraIO
import SpectraTestSupport
import Testing

@Suite("Spectra in columns of text")
struct TextFileTests {
  static let expected = MeasuredSpectrum(
    energies: [480, 480.5, 481.25], intensities: [100, -2.5, 3000])

  func open(
    _ bytes: some Sequence<UInt8>, axis: EnergyAxisSource? = nil
  ) throws(DataError) -> SpectrumFile {
    try SpectrumFile(FileBytes(Array(bytes), name: "folder/s.csv"), axis: axis)
  }

  func expect(_ file: SpectrumFile, _ expected: MeasuredSpectrum = TextFileTests.expected) throws {
    let spectrum = try file.spectrum()
    #expect(file.format == .text)
    #expect(file.navigationShape == [])
    #expect(spectrum.energies == expected.energies)
    #expect(spectrum.intensities == expected.intensities)
  }

  static let spellings: [String] = [
    "480,100\n480.5,-2.5\n481.25,3000\n",
    "480,100\n480.5,-2.5\n481.25,3e3",
    "480 100\r\n480.5 -2.5\r\n481.25 3000\r\n",
    "480;100\r480.5;-2.5\r481.25;3000\r",
    "480\t100\n480.5\t-2.5\n481.25\t3000\n",
    "  480   100\n\t480.5 \t -2.5  \n 481.25\t3000 \n",
    "480 , 100\n480.5 ,-2.5\n481.25,\t3000\n",
    "480,100,\n480.5,-2.5,\n481.25,3000,\n",
    "\n\n480,100\n\n   \n480.5,-2.5\n,\n481.25,3000\n\n",
    "# one\n  # two, three\n480,100\n#480.1,1\n480.5,-2.5\n481.25,3000\n",
    "% one\n480,100\n! two\n480.5,-2.5\n481.25,3000\n; three\n",
    "energy_ev,intensity\n480,100\n480.5,-2.5\n481.25,3000\n",
    "# a comment\n\nEnergy (eV)\tIntensity (counts)\n480\t100\n480.5\t-2.5\n481.25\t3000\n",
    "energy,intensity\neV,counts\n480,100\n480.5,-2.5\n481.25,3000\n",
    "energy\n480,100\n480.5,-2.5\n481.25,3000\n",
    "+4.8e2,1.00E+2\n0480.5,-2.5\n481.25,3000\n",
    "0.48D+03 100\n0.4805d3 -2.5\n481.25 3000\n",
    "\"480\",\"100\"\n\"480.5\",\"-2.5\"\n\"481.25\",\"3000\"\n",
    // A decimal comma is no second column.
    "energy;counts\n480,0;100\n480,5;-2,5\n481,25;3000\n",
    "480,0\t100,0\r\n480,5\t-2,5\r\n481,25\t3000,0\r\n",
    "480,0 100,0\n480,5 -2,5\n481,25 3000,0\n",
  ]

  @Test("Spellings of the same spectrum are read alike", arguments: spellings)
  func spelling(_ text: String) throws {
    let file = try open(text.utf8)
    try expect(file)
    #expect(file.warnings == [])
    try expect(open(("\u{FEFF}" + text).utf8))
    let utf16 = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    try expect(open([0xFF, 0xFE] + utf16))
    let folder = try TemporaryFolder()
    try expect(SpectrumFile(path: folder.write(text, to: "a name.msa")))
  }

  static let damages: [(text: String, line: Int)] = [
    ("480,1\n480.5,x\n481,3\n", 2),
    ("480,1\r\n\r\n# c\r\n480.5\r\n481,3\r\n", 4),
    ("480,1\r480.5,2\r481,\r", 3),
    ("480,1\n480.5,,2\n", 2),
    ("480,1\nenergy,intensity\n481,2\n", 2),
    ("a\nb\nc\nd\n480,1\n", 4),
    ("480,nan\n", 1), ("480,1\n481,inf\n", 2), ("480,1\nnan,1\n", 2), ("480,1\n481,1e39\n", 2),
    ("480;1\n0x1p3;1\n", 2), ("480;1\n481;1,234.5\n", 2),
  ]

  @Test("A row that cannot be read is told by its line", arguments: damages.indices)
  func damage(_ index: Int) {
    let damage = Self.damages[index]
    let error = #expect(throws: DataError.self) { try open(damage.text.utf8) }
    let description = error?.description ?? ""
    #expect(
      description.hasPrefix("folder/s.csv, line \(damage.line): ")
        || description.hasPrefix("folder/s.csv, line \(damage.line), column "), "\(description)")
  }

  @Test(
    "A file without a row of numbers is told by its name",
    arguments: ["\n\r\n", "# only\n# comments\n", "energy,intensity\n", ",,,\n;;\n", "\u{FEFF}"])
  func noRows(text: String) {
    let error = #expect(throws: DataError.self) { try open(text.utf8) }
    #expect(error?.description.hasPrefix("folder/s.csv: there is no row of two numbers") == true)
  }

  @Test("Words that are no UTF-8 are Latin-1")
  func latin1() throws {
    let file = try open(Array("# r: 5 ".utf8) + [0xB5] + Array("m\n480 100\n480.5 1\n".utf8))
    #expect(file.metadata.other == [.init(key: "r", value: "5 µm")])
  }

  @Test("Zero bytes are no text")
  func zeroBytes() {
    let error = #expect(throws: DataError.self) { try open(Array("4,1\n".utf8) + [0, 0]) }
    #expect(error?.description.hasPrefix("folder/s.csv, byte 4: ") == true)
  }

  @Test("Many columns are a line of spectra")
  func line() throws {
    let file = try open("Energy (keV);a (counts);b;c\n0.48;1;2;3\n0.481;4;5;6\n".utf8)
    #expect(file.navigationShape == [3])
    #expect(file.energies == [480, 481])
    #expect(file.warnings == ["energies are converted from keV"])
    #expect(file.metadata.signalUnit == "counts")
    var values: [Float] = [9]
    try file.read(0..<3, into: &values)
    #expect(values == [1, 4, 2, 5, 3, 6])
    try file.read(1..<2, into: &values)
    #expect(values == [2, 5])
    let error = #expect(throws: DataError.self) { try file.spectrum() }
    #expect(error?.description.contains("3 spectra") == true)
    #expect(throws: DataError.self) { try file.read(2..<4, into: &values) }
    #expect(throws: DataError.self) { try file.spectrum(-1) }
  }

  @Test("Falling energies are turned round, with the intensities")
  func falling() throws {
    let file = try open("482 1\n481 2\n480 3\n".utf8)
    #expect(file.energies == [480, 481, 482])
    #expect(try file.spectrum().intensities == [3, 2, 1])
    #expect(file.warnings == ["the energies fall; the spectra are turned round"])
    #expect(file.metadata.dispersion == 1)
  }

  @Test(
    "Energies that neither rise nor fall are told by their channel",
    arguments: ["480 1\n481 1\n481 2\n482 2\n", "482 1\n481 1\n481 2\n480 2\n"])
  func unsorted(text: String) {
    let error = #expect(throws: DataError.self) { try open(text.utf8) }
    #expect(error?.description.contains("rise or fall") == true)
  }

  @Test(
    "An axis that is none of energies is refused, and can be replaced",
    arguments: ["Wavelength (nm),I\n", "pixel,I\n", "Position [nm],I\n", "angle/deg,I\n"])
  func otherAxis(header: String) throws {
    let text = header + "1,10\n2,20\n"
    let error = #expect(throws: DataError.self) { try open(text.utf8) }
    #expect(error?.description.contains("--dispersion") == true)
    let file = try open(text.utf8, axis: .linear(offset: 500, dispersion: 0.5))
    #expect(file.energies == [500, 500.5])
    #expect(try file.spectrum().intensities == [10, 20])
  }

  @Test("One column needs energies, which may be a file of one column")
  func oneColumn() throws {
    let error = #expect(throws: DataError.self) { try open("1\n2\n".utf8) }
    #expect(error?.description.contains("energies are missing") == true)
    let folder = try TemporaryFolder()
    let axis = try folder.write("500.1\n500.2\n", to: "axis.txt")
    let file = try open("1\n2\n".utf8, axis: .file(axis))
    #expect(file.energies == [500.1, 500.2])
    #expect(try file.spectrum().intensities == [1, 2])
    #expect(throws: DataError.self) { try open("1\n2\n3\n".utf8, axis: .file(axis)) }
    #expect(throws: DataError.self) { try open("1\n2\n".utf8, axis: .energies([1, .nan])) }
    #expect(throws: DataError.self) {
      try open("1\n2\n".utf8, axis: .linear(offset: 0, dispersion: 0))
    }
  }

  @Test("The column of energies may be a later one")
  func energyColumn() throws {
    let file = try open("index, Energy (eV), a\n1, 480, 7\n2, 481, 8\n".utf8)
    #expect(file.energies == [480, 481])
    #expect(try file.spectrum().intensities == [7, 8])
    #expect(file.warnings.count == 1)
  }

  @Test("A path that is no file is refused")
  func noFile() throws {
    let folder = try TemporaryFolder()
    let missing = #expect(throws: DataError.self) {
      try SpectrumFile(path: folder.path + "/none.csv")
    }
    #expect(missing?.description.contains("no such file") == true)
    let isFolder = #expect(throws: DataError.self) { try SpectrumFile(path: folder.path) }
    #expect(isFolder?.description.contains("is a folder") == true)
    let empty = #expect(throws: DataError.self) { try SpectrumFile(path: "/dev/null") }
    #expect(empty?.description == "/dev/null: is empty; copy it anew")
    let endless = #expect(throws: DataError.self) { try SpectrumFile(path: "/dev/zero") }
    #expect(endless?.description.contains("no regular file") == true)
  }
}
