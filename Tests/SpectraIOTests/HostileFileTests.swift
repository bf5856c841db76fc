import SpectraIO
import SpectraTestSupport
import Testing

@Suite("Damaged and hostile files")
struct HostileFileTests {
  /// A small file of each kind.
  static let files = Result {
    var files: [(name: String, bytes: [UInt8])] = GatanFileTests.writers.map {
      (
        "dm\($0.version)",
        $0.file(
          images: [GatanFileTests.thumbnail($0), GatanFileTests.cube($0)], thumbnails: [0])
      )
    }
    let arrays = try NumpyFileTests.files.get()
    for name in ["<f4, C", ">i2, Fortran", "version 3", "stored", "deflated"] {
      files.append((name, try #require(arrays[name])))
    }
    files.append(("msa", Array(MSAFileTests.text(MSAFileTests.linear, "1,2,3,4\n").utf8)))
    files.append(
      ("msa XY", Array(MSAFileTests.text(type: "XY", "520,1\n521,2\n522,3\n523,4\n").utf8)))
    files.append(
      ("xdi", Array(XDIFileTests.text(["energy eV", "i0", "itrans"], "5 1 2\n6 1 3\n").utf8)))
    files.append(("text", Array("# a: b\nEnergy (eV);I;J\n500,5;1;2\n501;3;4,25\n".utf8)))
    return files
  }

  /// What opens must be a file of spectra, with energies that rise and as many values as it says.
  static func check(_ bytes: [UInt8], _ name: String, _ values: inout [Float]) -> Bool {
    do {
      let file = try SpectrumFile(
        FileBytes(bytes, name: "a"),
        axis: name.contains("f4, C") || name.contains("i2") || name.contains("version")
          ? .linear(offset: 500, dispersion: 0.5) : nil)
      let rises = zip(file.energies, file.energies.dropFirst()).allSatisfy { $0 < $1 }
      let product = file.navigationShape.reduce(1, *)
      #expect(rises && file.energies.allSatisfy { $0.isFinite }, "\(name)")
      #expect(product == file.spectrumCount && file.navigationShape.count <= 2, "\(name)")
      try file.read(0..<file.spectrumCount, into: &values)
      #expect(values.count == product * file.channelCount, "\(name)")
      return true
    } catch let error {
      let description = "\(error)"
      #expect(description.hasPrefix("a") && description.count > 10, "\(name): \(description)")
      return false
    }
  }

  @Test("Every beginning of a file is an error or a file")
  func prefixes() throws {
    var values: [Float] = []
    for (name, bytes) in try Self.files.get() {
      #expect(Self.check(bytes, name, &values), "\(name)")
      var opened = 0
      for end in bytes.indices where Self.check(Array(bytes[..<end]), name, &values) { opened += 1 }
      // A binary file without its end is none; the zeros behind the tags of Gatan are no tags.
      if name.hasPrefix("dm") { #expect(opened <= 8) }
      if name.contains("<") || name == "stored" || name == "deflated" { #expect(opened == 0) }
    }
  }

  @Test("Every byte changed is an error or a file", arguments: [1, 2, 3] as [UInt64])
  func flips(seed: UInt64) throws {
    var state = seed
    func random() -> UInt64 {
      // SplitMix64.
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return z ^ z >> 31
    }
    var values: [Float] = []
    for (name, bytes) in try Self.files.get() {
      for index in bytes.indices {
        var damaged = bytes
        damaged[index] ^= UInt8(1 + random() % 255)
        _ = Self.check(damaged, name, &values)
        // The numbers that decide most: none, and the largest.
        for extreme in [0x00, 0x7F, 0xFF] as [UInt8] where seed == 1 {
          damaged[index] = extreme
          _ = Self.check(damaged, name, &values)
        }
        // A run of bytes, as of a length of eight.
        for place in index..<min(bytes.count, index + 8) { damaged[place] = 0xFF }
        _ = Self.check(damaged, name, &values)
      }
    }
  }

  @Test("Noise is no file", arguments: [1, 2] as [UInt8])
  func noise(seed: UInt8) {
    var values: [Float] = []
    let beginnings: [[UInt8]] = [
      [], [0x93] + Array("NUMPY\u{1}\u{0}".utf8), [0x50, 0x4B, 3, 4],
      [0, 0, 0, 3, 0, 0, 9, 0, 0, 0, 0, 1], [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 1],
      Array("#FORMAT : EMSA/MAS\n".utf8), Array("# XDI/1.0\n".utf8),
    ]
    var state = UInt32(seed)
    for beginning in beginnings {
      for count in 0..<400 {
        let bytes =
          beginning
          + (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
          }
        #expect(!Self.check(bytes, "noise", &values))
      }
    }
  }

  @Test(
    "A file of another kind is told by its kind",
    arguments: [
      ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A], "HDF5"), ([0x49, 0x49, 0x2A, 0, 8], "TIFF"),
      ([0x89, 0x50, 0x4E, 0x47], "picture"), (Array("{\"a\": 1}".utf8), "JSON"),
    ] as [([UInt8], String)])
  func foreign(_ bytes: [UInt8], word: String) {
    let error = #expect(throws: DataError.self) {
      try SpectrumFile(FileBytes(bytes, name: "a"))
    }
    #expect(error?.description.contains(word) == true)
  }
}
