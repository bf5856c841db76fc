import Foundation
import SpectraIO
import SpectraInfer
import SpectraMaps
import SpectraTestSupport
import Testing

@Suite("Maps of an image")
struct MapRunTests {
  /// What the library says of one spectrum alone.
  static func expected(_ counts: [Float]) throws -> Result<Prediction, SpectraError> {
    let model = try MapFixture.model()
    var workspace = try model.makeWorkspace(channelCount: counts.count)
    let axis = try EnergyAxis(MapFixture.energies.span)
    do throws(SpectraError) {
      return .success(
        try model.predict(Spectrum(axis: axis, intensities: counts.span), using: &workspace))
    } catch {
      return .failure(error)
    }
  }

  static func expectPixel(
    _ fixture: MapFixture, _ pixel: Int, is expected: Result<Prediction, SpectraError>
  ) throws {
    let status = try fixture.words("status").words[pixel]
    for property in MaterialProperty.allCases {
      let value = try Float(bitPattern: fixture.words("\(property.name)").words[pixel])
      let error = try Float(bitPattern: fixture.words("\(property.name)_error").words[pixel])
      switch expected {
      case .success(let prediction):
        #expect(value == Float(prediction[property].value))
        #expect(error == Float(prediction[property].standardError))
      case .failure: #expect(value.isNaN && error.isNaN)
      }
    }
    let flags = try fixture.words("flags").words[pixel]
    let onset = try Float(bitPattern: fixture.words("onset").words[pixel])
    let novelty = try Float(bitPattern: fixture.words("novelty").words[pixel])
    switch expected {
    case .success(let prediction):
      #expect(status == 0 && flags == prediction.flags.rawValue)
      #expect(onset == prediction.preparation?.onset.map { Float($0.energy) })
      #expect(novelty == Float(prediction.novelty))
    case .failure(let error):
      #expect(status == UInt32(error.code.rawValue) && flags == 0)
      #expect(onset.isNaN && novelty.isNaN)
    }
  }

  @Test("Each pixel is that of its spectrum alone; a failed one is NaN with its status")
  func pixels() throws {
    let fixture = try MapFixture()
    let maps = try fixture.maps()
    #expect(try fixture.run(into: maps, threads: 2))
    for pixel in 0..<fixture.shape.count {
      try Self.expectPixel(fixture, pixel, is: Self.expected(MapFixture.counts(pixel)))
    }
    let statuses = try fixture.words("status")
    #expect(statuses.words[3] == 22 && statuses.words[11] == 25)
    #expect(statuses.words.count == 35)
    #expect(
      statuses.header.hasPrefix("{'descr': '<u4', 'fortran_order': False, 'shape': (5, 7), }"))
    #expect(statuses.header.hasSuffix("\n") && (10 + statuses.header.utf8.count) % 64 == 0)
    let summary = try maps.summary()
    #expect(summary.predictedCount == 33 && summary.failedCount == 2)
    #expect(summary.reasons.map(\.status) == [22, 25])
    let onsets = try fixture.words("onset").words.map { Float(bitPattern: $0) }
    #expect(onsets[6] - onsets[0] > 2.5, "The onset rises by 3 eV along a row.")
  }

  @Test(
    "A bin sums its pixels, those at the ends what is left", arguments: [(2, 3), (5, 7), (1, 2)])
  func bins(binRows: Int, binColumns: Int) throws {
    let fixture = try MapFixture(binRows: binRows, binColumns: binColumns)
    #expect(try fixture.run(into: fixture.maps()))
    let (rows, columns) = (fixture.shape.rows, fixture.shape.columns)
    #expect(rows == (5 + binRows - 1) / binRows && columns == (7 + binColumns - 1) / binColumns)
    for row in 0..<rows {
      for column in 0..<columns {
        var sums = [Float](repeating: 0, count: MapFixture.channelCount)
        for imageRow in row * binRows..<min(5, (row + 1) * binRows) {
          for imageColumn in column * binColumns..<min(7, (column + 1) * binColumns) {
            let counts = MapFixture.counts(imageRow * 7 + imageColumn)
            for channel in sums.indices { sums[channel] += counts[channel] }
          }
        }
        try Self.expectPixel(fixture, row * columns + column, is: Self.expected(sums))
      }
    }
  }

  @Test(
    "The bytes depend neither on threads nor on the size of tiles", arguments: [1, 2, 7],
    [1, 4, 50])
  func threads(count: Int, tileSpectra: Int) throws {
    let reference = try MapFixture()
    try reference.run(into: reference.maps())
    let fixture = try MapFixture(tileSpectra: tileSpectra)
    #expect(try fixture.run(into: fixture.maps(), threads: count))
    let (one, other) = (try reference.files(), try fixture.files())
    for layer in MapLayer.all { #expect(one[layer.file] == other[layer.file]) }
  }

  @Test("Interrupted after each tile, the same bytes come out, and nothing is read twice")
  func interruptions() throws {
    let reference = try MapFixture()
    let complete = try reference.maps()
    try reference.run(into: complete)
    try complete.finish([("members", .null)])
    let fixture = try MapFixture()
    var rounds = 0
    while try !fixture.run(into: fixture.maps(), tileCount: 1) {
      rounds += 1
      try #require(rounds < 100)
    }
    #expect(rounds > 1)
    try fixture.maps().finish([("members", .null)])
    #expect(try reference.files() == fixture.files())
    #expect(fixture.reads.all.map(\.lowerBound) == fixture.tiles.map(\.pixels.lowerBound))
    #expect(try fixture.maps().wasComplete)
  }

  @Test("A tile is what is in memory at once")
  func memory() throws {
    let fixture = try MapFixture(tileSpectra: 3)
    try fixture.run(into: fixture.maps(), threads: 2)
    #expect(fixture.reads.all.allSatisfy { $0.count <= 3 })
    let binned = try MapFixture(binRows: 2, binColumns: 2, tileSpectra: 4)
    try binned.run(into: binned.maps(), threads: 2)
    #expect(binned.reads.all.allSatisfy { $0.count <= 4 })
  }

  @Test("Where the image cannot be read on, what was done stays")
  func tornOff() throws {
    let fixture = try MapFixture(failingAt: 18)
    let maps = try fixture.maps()
    let error = #expect(throws: DataError.self) { try fixture.run(into: maps, threads: 2) }
    #expect(error?.description == "image: is torn off")
    let done = maps.isDone
    #expect(done[..<4] == [true, true, true, true] && !done[4])
    let statuses = try fixture.words("status").words
    #expect(statuses[16...18].allSatisfy { $0 == MapLayer.missing })
    #expect(try Float(bitPattern: fixture.words("bond_length").words[16]).isNaN)
  }

  @Test("Other settings are refused with the difference, another process with a sentence")
  func settings() throws {
    let fixture = try MapFixture()
    try fixture.run(into: fixture.maps(), tileCount: 2)
    let error = #expect(throws: DataError.self) { try fixture.maps(MapFixture.settings(2.5)) }
    #expect(error?.description.contains("were made with noise gain none and not 2.5; ") == true)
    let open = try fixture.maps()
    let second = #expect(throws: DataError.self) { try fixture.maps() }
    #expect(second?.description.contains("another spectra map writes here") == true)
    #expect(open.isDone.contains(true))
  }

  @Test(
    "A folder with something else in it is left alone",
    arguments: [
      ("notes.txt", "mine", "holds other files, such as notes.txt"),
      ("maps.json", "{}", "does not describe maps"),
      ("maps.json", "{", "does not describe maps"),
      ("maps.json", "", "does not describe maps"),
    ])
  func otherFolder(name: String, text: String, says: String) throws {
    let fixture = try MapFixture()
    let path = fixture.folder.path + "/maps"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    let error = #expect(throws: DataError.self) { try fixture.maps() }
    #expect(error?.description.contains(says) == true)
    #expect(try fixture.files() == [name: Data(text.utf8)])
  }

  @Test("A map that was cut or exchanged is told", arguments: ["cut", "exchanged", "removed"])
  func damaged(how: String) throws {
    let fixture = try MapFixture()
    try fixture.run(into: fixture.maps(), tileCount: 2)
    let path = fixture.folder.path + "/maps/novelty.npy"
    let url = URL(fileURLWithPath: path)
    switch how {
    case "cut": try Data(contentsOf: url).dropLast().write(to: url)
    case "exchanged":
      try Data(contentsOf: URL(fileURLWithPath: fixture.folder.path + "/maps/flags.npy"))
        .write(to: url)
    default: try FileManager.default.removeItem(at: url)
    }
    let error = #expect(throws: DataError.self) { try fixture.maps() }
    #expect(error?.description.contains("novelty.npy: ") == true)
  }

  @Test("Progress of another length is not believed")
  func progress() throws {
    let fixture = try MapFixture()
    try fixture.run(into: fixture.maps(), tileCount: 2)
    try Data("##".utf8).write(to: URL(fileURLWithPath: fixture.folder.path + "/maps/maps.progress"))
    let maps = try fixture.maps()
    #expect(!maps.isDone.contains(true))
    #expect(try fixture.run(into: maps))
  }

  @Test("Maps that are complete are read and not written")
  func complete() throws {
    let fixture = try MapFixture()
    let maps = try fixture.maps()
    try fixture.run(into: maps)
    try maps.finish([])
    let files = try fixture.files()
    let path = fixture.folder.path + "/maps"
    for name in files.keys {
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o444, .modificationDate: Date(timeIntervalSince1970: 0)],
        ofItemAtPath: "\(path)/\(name)")
    }
    let again = try fixture.maps()
    #expect(again.wasComplete)
    #expect(try again.summary().predictedCount == 33)
    #expect(try fixture.run(into: again))
    #expect(try fixture.files() == files)
    for name in files.keys {
      let date = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      #expect(date[.modificationDate] as? Date == Date(timeIntervalSince1970: 0))
    }
  }
}
