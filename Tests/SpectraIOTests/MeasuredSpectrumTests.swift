import Foundation
import SpectraIO
import SpectraTestSupport
import Testing

@Suite("Writing a spectrum")
struct MeasuredSpectrumTests {
  static let expected = MeasuredSpectrum(
    energies: [480, 480.5, 481.25], intensities: [100, -2.5, 3000])

  @Test("A device without an end is left at the limit")
  func endless() {
    let error = #expect(throws: DataError.self) {
      try DataFile.read("/dev/zero", limit: 1 << 20)
    }
    #expect(error?.description == "/dev/zero: is larger than 1 MiB; name another file")
  }

  /// Numbers whose shortest decimals are long, short and extreme.
  static let hard = MeasuredSpectrum(
    energies: [
      -0.0, .leastNonzeroMagnitude, 1e-300, 0.1, 1 / 3.0, 480.00000000000006,
      .greatestFiniteMagnitude,
    ],
    intensities: [
      0.1, 1 / 3, .leastNonzeroMagnitude, 16_777_216, .greatestFiniteMagnitude, -0.0, 1.1754944e-38,
    ])

  @Test("What is written is read bit for bit")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/s.csv"
    try Self.hard.write(to: path, comments: ["one, two", "3,4"])
    let again = try SpectrumFile(path: path).spectrum()
    #expect(again.energies.map(\.bitPattern) == Self.hard.energies.map(\.bitPattern))
    #expect(again.intensities.map(\.bitPattern) == Self.hard.intensities.map(\.bitPattern))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("# one, two\n# 3,4\nenergy_ev,intensity\n-0.0,0.1\n"))
  }

  @Test("A comment of several lines does not become numbers")
  func lines() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/s.csv"
    try Self.expected.write(to: path, comments: ["a title\n1,2\r\n3,4\r5,6\u{85}7,8"])
    #expect(try SpectrumFile(path: path).spectrum().energies == Self.expected.energies)
    #expect(try DataFile.readText(path).hasPrefix("# a title 1,2 3,4 5,6 7,8\nenergy_ev"))
  }

  @Test("A hundred thousand rows")
  func long() throws {
    let spectrum = MeasuredSpectrum(
      energies: (0..<100_000).map { 400 + 0.01 * Double($0) },
      intensities: (0..<100_000).map { Float($0 % 977) })
    let folder = try TemporaryFolder()
    try spectrum.write(to: folder.path + "/s.csv")
    #expect(
      try SpectrumFile(path: folder.path + "/s.csv").spectrum().intensities == spectrum.intensities)
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
    #expect(try SpectrumFile(path: file).spectrum().energies == Self.expected.energies)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
  }
}
