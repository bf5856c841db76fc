import SpectraIO
import Testing

@Suite("DigitalMicrograph files")
struct GatanFileTests {
  typealias Axis = GatanFile.Axis

  static let writers = [(3, true), (3, false), (4, true), (4, false)].map {
    GatanFile(version: $0.0, isLittle: $0.1)
  }

  func open(_ bytes: [UInt8]) throws(DataError) -> SpectrumFile {
    try SpectrumFile(FileBytes(bytes, name: "a.dm"))
  }

  /// 3 columns, 2 rows and 4 channels; the number of a channel tells its place.
  static func cube(_ writer: GatanFile) -> GatanFile.Tag {
    var data: [UInt8] = []
    for channel in 0..<4 {
      for row in 0..<2 {
        for column in 0..<3 { data += writer.number(Int16(100 * row + 10 * column - channel)) }
      }
    }
    return writer.image(
      [3, 2, 4],
      [
        Axis(origin: 1, scale: 2, unit: "nm"), Axis(origin: 0, scale: 3, unit: "µm"),
        Axis(origin: -1000, scale: 0.5, unit: "eV"),
      ], dataType: 1, tagType: 2, data: data, name: "Größe",
      tags: [
        ("Meta Data", .group([("Format", .text("Spectrum image")), ("Signal", .text("EELS"))])),
        ("Microscope Info", .group([("Voltage", .float64(80_000))])),
        (
          "EELS",
          .group([
            (
              "Acquisition",
              .group([
                ("Date", .text("24/12/2013")), ("Start time", .text("12:05:09 AM")),
                ("Exposure (s)", .float64(0.25)), ("Number of frames", .int16(4)),
              ])
            ),
            (
              "Experimental Conditions",
              .group([
                ("Convergence semi-angle (mrad)", .float32(12.5)),
                ("Collection semi-angle (mrad)", .float32(33)),
              ])
            ),
          ])
        ),
      ])
  }

  static func thumbnail(_ writer: GatanFile) -> GatanFile.Tag {
    writer.image(
      [2, 2], [Axis(unit: "eV"), Axis(unit: "eV")], dataType: 7, tagType: 3,
      data: (0..<16).map { _ in 1 }, name: "thumbnail")
  }

  @Test("A spectrum image behind its thumbnail", arguments: writers.indices)
  func image(_ index: Int) throws {
    let writer = Self.writers[index]
    let file = try open(
      writer.file(images: [Self.thumbnail(writer), Self.cube(writer)], thumbnails: [0]))
    #expect(file.format == (writer.version == 3 ? .dm3 : .dm4))
    #expect(file.navigationShape == [2, 3])
    #expect(file.energies == [500, 500.5, 501, 501.5])
    #expect(file.warnings == [])
    let metadata = file.metadata
    #expect(metadata.title == "Größe")
    #expect((metadata.date, metadata.time) == ("2013-12-24", "00:05:09"))
    #expect((metadata.beamEnergy, metadata.exposure, metadata.dispersion) == (80, 1, 0.5))
    #expect((metadata.convergenceAngle, metadata.collectionAngle) == (12.5, 33))
    #expect(
      metadata.navigationAxes == [
        NavigationAxis(name: "y", offset: 0, scale: 3, unit: "µm"),
        NavigationAxis(name: "x", offset: -2, scale: 2, unit: "nm"),
      ])
    #expect(metadata.other.contains(.init(key: "Meta Data.Signal", value: "EELS")))
    var values: [Float] = []
    try file.read(0..<6, into: &values)
    let expected: [Float] = (0..<24).map { index in
      let (spectrum, channel) = (index / 4, index % 4)
      return Float(100 * (spectrum / 3) + 10 * (spectrum % 3) - channel)
    }
    #expect(values == expected)
    for start in 0..<6 {
      for end in start...6 {
        try file.read(start..<end, into: &values)
        #expect(values == Array(expected[4 * start..<4 * end]))
      }
    }
  }

  @Test("Every type of real numbers, in both byte orders", arguments: writers.indices)
  func types(_ index: Int) throws {
    let writer = Self.writers[index]
    let numbers = [1, 2, 100]
    let kinds: [(dataType: UInt32, tagType: Int, bytes: [UInt8])] = [
      (9, 9, numbers.flatMap { writer.number(Int8($0)) }),
      (6, 10, numbers.flatMap { writer.number(UInt8($0)) }),
      (14, 8, numbers.flatMap { writer.number(UInt8($0)) }),
      (1, 2, numbers.flatMap { writer.number(Int16($0)) }),
      (10, 4, numbers.flatMap { writer.number(UInt16($0)) }),
      (7, 3, numbers.flatMap { writer.number(Int32($0)) }),
      (11, 5, numbers.flatMap { writer.number(UInt32($0)) }),
      (39, 11, numbers.flatMap { writer.number(Int64($0)) }),
      (40, 12, numbers.flatMap { writer.number(UInt64($0)) }),
      (2, 6, numbers.flatMap { writer.number(Float($0).bitPattern) }),
      (12, 7, numbers.flatMap { writer.number(Double($0).bitPattern) }),
    ]
    for kind in kinds {
      let image = writer.image(
        [3], [Axis(origin: 0, scale: 1, unit: "eV")], dataType: kind.dataType,
        tagType: kind.tagType, data: kind.bytes)
      let file = try open(writer.file(images: [image]))
      #expect(try file.spectrum().intensities == [1, 2, 100], "\(kind)")
      #expect(file.navigationShape == [])
    }
    // Complex numbers, and colours.
    for dataType in [3, 8, 13, 23, 27, 99] as [UInt32] {
      let image = writer.image(
        [2], [Axis(unit: "eV")], dataType: dataType, tagType: 6,
        data: [UInt8](repeating: 0, count: 16))
      let error = #expect(throws: DataError.self) { try open(writer.file(images: [image])) }
      #expect(error?.description.contains("complex numbers or colours") == true)
    }
  }

  @Test("The intensities are calibrated: scale times number minus origin")
  func brightness() throws {
    let writer = Self.writers[0]
    let image = writer.image(
      [3], [Axis(unit: "eV")], dataType: 1, tagType: 2,
      data: [10, 20, 30].flatMap { writer.number(Int16($0)) },
      brightness: Axis(origin: 4, scale: 0.5, unit: "e-"))
    let file = try open(writer.file(images: [image]))
    #expect(try file.spectrum().intensities == [3, 8, 13])
    #expect(file.metadata.signalUnit == "e-")
    #expect(file.warnings.count == 1)
  }

  @Test("Units of the axis, and its direction")
  func units() throws {
    let writer = Self.writers[2]
    func file(_ axis: Axis) -> [UInt8] {
      writer.file(images: [
        writer.image([2, 1], [axis, Axis()], dataType: 6, tagType: 10, data: [1, 2])
      ])
    }
    #expect(try open(file(Axis(origin: -1, scale: 0.5, unit: "keV"))).energies == [500, 1000])
    #expect(try open(file(Axis(origin: -1, scale: 500, unit: "meV"))).energies == [0.5, 1])
    let falling = try open(file(Axis(origin: 2, scale: -1, unit: "eV")))
    #expect(falling.energies == [1, 2])
    #expect(try falling.spectrum().intensities == [2, 1])
    for unit in ["", "nm", "1/nm"] {
      let error = #expect(throws: DataError.self) { try open(file(Axis(unit: unit))) }
      #expect(error?.description.contains("--dispersion") == true)
    }
    let given = try SpectrumFile(
      FileBytes(file(Axis()), name: "a.dm"), axis: .linear(offset: 500, dispersion: 1))
    #expect(given.energies == [500, 501])
    #expect(throws: DataError.self) { try open(file(Axis(scale: .nan, unit: "eV"))) }
    #expect(throws: DataError.self) { try open(file(Axis(scale: 0, unit: "eV"))) }
  }

  @Test("Rows of energies are a line of spectra; a picture is none; two spectra are said")
  func kinds() throws {
    let writer = Self.writers[0]
    let rows = writer.image(
      [3, 2], [Axis(unit: "eV"), Axis(unit: "nm")], dataType: 6, tagType: 10,
      data: [1, 2, 3, 4, 5, 6], name: "rows")
    let picture = writer.image(
      [3, 2], [Axis(unit: "nm"), Axis(unit: "nm")], dataType: 6, tagType: 10,
      data: [1, 2, 3, 4, 5, 6], name: "picture")
    let file = try open(writer.file(images: [picture, rows, rows]))
    #expect(file.navigationShape == [2])
    var values: [Float] = []
    try file.read(0..<2, into: &values)
    #expect(values == [1, 2, 3, 4, 5, 6])
    #expect(file.warnings.count == 1)
    #expect(file.warnings.first?.contains("2 spectra") == true)
    let error = #expect(throws: DataError.self) { try open(writer.file(images: [picture])) }
    #expect(error?.description.contains("\"picture\" of 3 (nm) x 2 (nm)") == true)
    #expect(throws: DataError.self) { try open(writer.file(images: [])) }
  }

  /// A profile across an image of the specimen has one dimension, as a spectrum has.
  @Test("What has energies is read, and not the line profile before it")
  func profile() throws {
    let writer = Self.writers[2]
    let profile = writer.image(
      [4], [Axis(scale: 0.5, unit: "nm")], dataType: 6, tagType: 10, data: [9, 9, 9, 9],
      name: "profile")
    let rows = writer.image(
      [3, 2], [Axis(unit: "eV"), Axis(unit: "nm")], dataType: 6, tagType: 10,
      data: [1, 2, 3, 4, 5, 6], name: "rows")
    let behind = try open(writer.file(images: [profile, rows]))
    #expect(behind.navigationShape == [2])
    #expect(behind.energies == [0, 1, 2])
    #expect(try behind.spectrum(1).intensities == [4, 5, 6])
    #expect(behind.metadata.title == "rows")
    #expect(
      behind.warnings == [
        "there are 2 spectra in the file; the first one with energies is read, and left out are "
          + "\"profile\" of 4 (nm)"
      ])
    let before = try open(writer.file(images: [rows, profile]))
    #expect(before.metadata.title == "rows")
    #expect(
      before.warnings == [
        "there are 2 spectra in the file; the first one is read, and left out are "
          + "\"profile\" of 4 (nm)"
      ])
    // Alone it is a spectrum whose energies the user may know.
    let error = #expect(throws: DataError.self) { try open(writer.file(images: [profile])) }
    #expect(error?.description.contains("\"nm\", no unit of energy") == true)
    let given = try SpectrumFile(
      FileBytes(writer.file(images: [profile]), name: "a.dm"),
      axis: .linear(offset: 500, dispersion: 1))
    #expect(try given.spectrum().intensities == [9, 9, 9, 9])
  }

  @Test("More dimensions or elements than there are numbers are refused")
  func dimensions() throws {
    let writer = Self.writers[2]
    for shape in [[3], [1], [1 << 31, 1 << 31], [1 << 20, 1 << 20], [0, 2], [2, 1, 1, 0]] {
      let image = writer.image(
        shape, shape.map { _ in Axis(unit: "eV") }, dataType: 6, tagType: 10, data: [1, 2])
      #expect(throws: DataError.self) { try open(writer.file(images: [image])) }
    }
  }

  @Test("Tags that nest for ever, counts and lengths of 2^63, unknown kinds")
  func hostile() {
    for writer in Self.writers {
      let huge = writer.version == 3 ? UInt64(UInt32.max) : UInt64.max / 2 + 1
      var nested = GatanFile.Tag.group([])
      for _ in 0..<5000 { nested = .list([nested]) }
      let long = Array("%%%%".utf8) + writer.word(huge)
      let structure =
        Array("%%%%".utf8) + [3, 15, 0].flatMap { writer.word($0) } + writer.word(huge)
      let array = Array("%%%%".utf8) + [3, 20, 7].flatMap { writer.word($0) } + writer.word(huge)
      let arrays =
        Array("%%%%".utf8) + writer.word(40) + (0..<40).flatMap { _ in writer.word(20) }
      for bytes in [
        writer.file([("a", nested)]),
        writer.file([("a", .raw([1, 0] + writer.word(huge)))]),
        writer.file([("a", .raw(long))]), writer.file([("a", .raw(structure))]),
        writer.file([("a", .raw(array))]), writer.file([("a", .raw(arrays))]),
        writer.file([("a", .raw([1, 2, 3, 4]))]),
      ] {
        let error = #expect(throws: DataError.self) { try open(bytes) }
        #expect(error?.description.hasPrefix("a.dm, byte ") == true, "\(String(describing: error))")
      }
    }
  }
}
