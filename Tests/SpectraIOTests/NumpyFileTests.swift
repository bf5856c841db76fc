import Foundation
import SpectraIO
import SpectraTestSupport
import Testing

@Suite("Files of NumPy")
struct NumpyFileTests {
  /// What NumPy wrote: see Tests/Fixtures/files/generate.py.
  static let files = Result {
    try JSONDecoder().decode(
      [String: Data].self, from: Data(Repository.bytes("Tests/Fixtures/files/numpy.json"))
    ).mapValues { [UInt8]($0) }
  }

  static let expected: [Float] = (0..<24).map { index in
    let (spectrum, channel) = (index / 4, index % 4)
    return Float(50 * (spectrum / 3) + 10 * (spectrum % 3) + channel)
  }

  func open(_ bytes: [UInt8], axis: EnergyAxisSource? = nil) throws(DataError) -> SpectrumFile {
    try SpectrumFile(FileBytes(bytes, name: "a.npy"), axis: axis)
  }

  func expectAll(_ file: SpectrumFile, _ name: String) throws {
    #expect(file.navigationShape == [2, 3], "\(name)")
    #expect(file.energies == [500, 500.25, 500.5, 500.75], "\(name)")
    var values: [Float] = []
    for start in 0..<6 {
      for end in start...6 {
        try file.read(start..<end, into: &values)
        #expect(values == Array(Self.expected[4 * start..<4 * end]), "\(name), \(start)..<\(end)")
      }
    }
  }

  @Test("Every type of numbers, byte order, order of axes and version of the format")
  func arrays() throws {
    let arrays = try Self.files.get().filter {
      !$0.key.contains("ated") && !$0.key.contains("stored")
    }
    #expect(arrays.count == 43)
    for (name, bytes) in arrays {
      try expectAll(open(bytes, axis: .linear(offset: 500, dispersion: 0.25)), name)
      let error = #expect(throws: DataError.self) { try open(bytes) }
      #expect(error?.description.contains("--dispersion") == true)
    }
  }

  @Test("Archives, stored and deflated", arguments: ["stored", "deflated"])
  func archives(_ kind: String) throws {
    let files = try Self.files.get()
    let both = try open(#require(files[kind]))
    #expect(both.format == .npz)
    #expect(both.warnings == [])
    try expectAll(both, kind)
    let other = try open(#require(files["\(kind), Fortran, other names"]))
    #expect(other.warnings == ["the array \"note\" is left out"])
    try expectAll(other, kind)
    let plain = try #require(files["\(kind), by default names"])
    #expect(throws: DataError.self) { try open(plain) }
    try expectAll(open(plain, axis: .linear(offset: 500, dispersion: 0.25)), kind)
  }

  @Test("The energies of a second file")
  func secondFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/x.energy.npy"
    let writer = try NumpyWriter(path: path, type: .float64, shape: [4])
    try writer.add([500, 500.25, 500.5, 500.75] as [Double])
    try writer.finish()
    let bytes = try #require(try Self.files.get()["<f4, C"])
    try expectAll(open(bytes, axis: .file(path)), "file")
    // An image is no axis.
    let image = try folder.write(bytes, to: "image.npy")
    #expect(throws: DataError.self) { try open(bytes, axis: .file(image)) }
  }

  @Test("What is written piece by piece is what NumPy writes")
  func writer() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/x.npy"
    let writer = try NumpyWriter(path: path, type: .float32, shape: [2, 3, 4])
    try writer.add(Array(Self.expected[..<5]))
    try writer.add(Array(Self.expected[5...]))
    try writer.finish()
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(bytes.count.isMultiple(of: 64) == (24 * 4).isMultiple(of: 64))
    #expect(bytes[(bytes.count - 24 * 4 - 1)] == 0x0A)
    try expectAll(open(bytes, axis: .linear(offset: 500, dispersion: 0.25)), "written")
    #expect(throws: DataError.self) {
      try NumpyWriter(path: folder.path + "/none/x.npy", type: .float32, shape: [1])
    }
  }

  @Test("A writer that does not finish leaves the folder as it was")
  func unfinished() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("old", to: "x.npy")
    do {
      let writer = try NumpyWriter(path: path, type: .float32, shape: [4])
      try writer.add([1, 2] as [Float])
      #expect(try DataFile.names(in: folder.path) == ["x.npy", "x.npy.partial"])
      try writer.close()
      #expect(try DataFile.readText(path) == "old")
    }
    #expect(try DataFile.names(in: folder.path) == ["x.npy"])
    #expect(try DataFile.readText(path) == "old")
  }

  /// A file of format 1.0 with this header and no numbers.
  static func bytes(header: String, numbers: Int = 0) -> [UInt8] {
    let length = header.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array(header.utf8) + [UInt8](repeating: 0, count: numbers)
  }

  @Test(
    "Types, shapes and headers that are refused",
    arguments: [
      "{'descr': '<c8', 'fortran_order': False, 'shape': (4,), }",
      "{'descr': '|O', 'fortran_order': False, 'shape': (4,), }",
      "{'descr': '|b1', 'fortran_order': False, 'shape': (4,), }",
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 0, 2), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 4), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1048576, 1048576), }",
      "{'descr': '<f8', 'fortran_order': True, 'shape': (1048576, 1048576), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807,), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4, 1), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (4,), }", "{'descr': '<f4', 'shape': (4,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': [4], }", "", "{", "((((((((((((((",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), } x", "{'a\\'': 1}",
    ])
  func refusal(_ header: String) {
    let error = #expect(throws: DataError.self) {
      try open(Self.bytes(header: header, numbers: 16), axis: .linear(offset: 1, dispersion: 1))
    }
    #expect(error?.description.hasPrefix("a.npy") == true)
  }

  @Test("An image of 64 GiB is read in parts")
  func sparse() throws {
    let folder = try TemporaryFolder()
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4096, 4096, 1024), }"
    let path = try folder.write(Self.bytes(header: header), to: "large.npy")
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    let start = try handle.seekToEnd()
    let last = start + (4096 * 4096 * 1024 - 2) * 4
    // A file with a hole: the disk has its ends alone.
    try handle.truncate(atOffset: start + 4096 * 4096 * 1024 * 4)
    try handle.seek(toOffset: last)
    try handle.write(contentsOf: Data([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]))
    try handle.close()
    let file = try SpectrumFile(path: path, axis: .linear(offset: 500, dispersion: 0.1))
    #expect(file.navigationShape == [4096, 4096])
    let values = try file.spectrum(4096 * 4096 - 1).intensities
    #expect(Array(values.suffix(3)) == [0, 1, 2])
    #expect(try file.spectrum(7_000_000).intensities.allSatisfy { $0 == 0 })
  }
}
