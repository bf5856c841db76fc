import Foundation
import FuzzReaders
import SpectraIO
import SpectraTestSupport
import Testing

/// The inputs that the fuzz targets of the readers and of the database keep (docs/fuzzing.md), once
/// more as tests.
@Suite("Inputs of the fuzz targets of the files", .serialized)
struct FuzzInputTests {
  private static func inputs(
    _ folder: String, of target: String = "readers"
  ) throws -> [(name: String, bytes: [UInt8])] {
    let path = "fuzz/\(folder)/\(target)"
    return try FileManager.default.contentsOfDirectory(
      atPath: Repository.root.appendingPathComponent(path).path
    ).sorted().map { ($0, try Repository.bytes("\(path)/\($0)")) }
  }

  @Test("What is opened keeps its promises", arguments: ["seeds", "corpus"])
  func promises(folder: String) throws {
    let inputs = try Self.inputs(folder)
    #expect(inputs.count > 20)
    for (name, bytes) in inputs {
      #expect(ReaderPromises.broken(by: bytes) == nil, "\(folder)/readers/\(name)")
    }
  }

  @Test("What is read as a database keeps its promises", arguments: ["seeds", "corpus"])
  func databases(folder: String) throws {
    let inputs = try Self.inputs(folder, of: "database")
    #expect(inputs.count >= 4)
    for (name, bytes) in inputs {
      #expect(DatabasePromises.broken(by: bytes) == nil, "\(folder)/database/\(name)")
    }
  }

  @Test("Each seed of a database is one")
  func databaseSeeds() throws {
    for (name, bytes) in try Self.inputs("seeds", of: "database") {
      let sites = try DatabasePromises.database(of: bytes).sites
      #expect(sites.count == (name == "two.csv" ? 2 : 1), "\(name)")
      #expect(sites.first?.group == "g", "\(name)")
    }
  }

  @Test("Each seed is a file of its format with the spectra that seeds.py puts in")
  func seeds() throws {
    for (name, bytes) in try Self.inputs("seeds") {
      let axis: EnergyAxisSource? =
        name.hasSuffix(".npy") ? .linear(offset: 520, dispersion: 0.5) : nil
      let file = try SpectrumFile(FileBytes(bytes, name: name), axis: axis)
      let suffix = name.split(separator: ".").last.map { String($0) } ?? ""
      let format = SpectrumFormat(rawValue: suffix) ?? .text
      #expect(file.format == format, "\(name)")
      // One that shifts its channels, two that have other numbers in their columns.
      guard name != "offset.msa", !name.hasSuffix(".xdi") else { continue }
      #expect(abs((file.energies.first ?? 0) - 520) < 1e-3, "\(name): \(file.energies)")
      // One whose axis falls, and two in which each channel is an image.
      guard name != "reversed.txt", !name.hasPrefix("cube.dm") else { continue }
      var values: [Float] = []
      try file.read(0..<1, into: &values)
      #expect(values == [5, 4, 4, 3, 3, 9, 12, 11, 10, 9], "\(name): \(values)")
    }
  }
}
