import Foundation
import SpectraIO
import SpectraInfer
import SpectraMaps
import SpectraTestSupport
import Synchronization

/// An image of edges whose onset rises along the columns, with a small model and the ways to map it.
struct MapFixture {
  static let columns = 7
  static let rows = 5
  static let channelCount = 1000

  let folder: TemporaryFolder
  let image: SpectrumImage
  let shape: MapShape
  let tiles: [MapTile]
  /// The ranges of spectra that were read, in their order.
  let reads = Reads()

  /// What was read.
  final class Reads: Sendable {
    private let ranges = Mutex<[Range<Int>]>([])
    var all: [Range<Int>] { ranges.withLock { $0 } }
    func add(_ range: Range<Int>) { ranges.withLock { $0.append(range) } }
  }

  static let energies = EdgeSpectrum().energies

  /// The counts of a pixel; pixel 3 has a NaN, pixel 11 no edge.
  static func counts(_ pixel: Int) -> [Float] {
    var edge = EdgeSpectrum()
    edge.onset = 533 + 0.5 * Double(pixel % columns)
    if pixel == 11 { edge.edgeCounts = 0 }
    var counts = edge.noisy(seed: UInt64(pixel))
    if pixel == 3 { counts[500] = .nan }
    return counts
  }

  /// - Parameters:
  ///   - tileSpectra: spectra that are read at once.
  ///   - failingAt: the spectrum that cannot be read.
  init(
    binRows: Int = 1, binColumns: Int = 1, tileSpectra: Int = 4, failingAt: Int? = nil
  ) throws {
    folder = try TemporaryFolder()
    shape = try MapShape(
      navigationShape: [Self.rows, Self.columns], binRows: binRows, binColumns: binColumns,
      name: "image")
    tiles = shape.tiles(
      channelCount: Self.channelCount, valueCount: tileSpectra * Self.channelCount)
    let reads = reads
    image = SpectrumImage(energies: Self.energies) { spectra, counts throws(DataError) in
      reads.add(spectra)
      if let failingAt, spectra.contains(failingAt) { throw DataError("image: is torn off") }
      counts = spectra.flatMap { Self.counts($0) }
    }
  }

  static func model() throws -> Model {
    let bytes = try SmallModel.bytes(features: 16, hidden: [8], members: 2, references: 4)
    return try Model(json: bytes.span)
  }

  static func settings(_ gain: Double? = nil) -> MapSettings {
    MapSettings([
      ("software", .text("test")), ("noise_gain", .optional(gain)), ("bin", .list([.whole(1)])),
    ])
  }

  /// The folder of the maps; opening it goes on with what is there.
  func maps(_ settings: MapSettings = settings(), in name: String = "maps") throws -> MapFolder {
    try MapFolder("\(folder.path)/\(name)", settings: settings, shape: shape, tiles: tiles)
  }

  /// Maps the image.
  ///
  /// - Parameter tileCount: ends after this many tiles.
  /// - Returns: whether all tiles are there.
  @discardableResult
  func run(into maps: MapFolder, threads: Int = 1, tileCount: Int = .max) throws -> Bool {
    let run = try MapRun(
      model: Self.model(), image: image, lowLoss: nil, shape: shape,
      options: MeasurementOptions())
    let counter = Counter()
    return try run.run(into: maps, threads: threads) { _ in counter.next() < tileCount }
  }

  private final class Counter: Sendable {
    private let count = Atomic(0)
    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
  }

  /// All files of a folder of maps.
  func files(in name: String = "maps") throws -> [String: Data] {
    let path = "\(folder.path)/\(name)"
    return try FileManager.default.contentsOfDirectory(atPath: path).reduce(into: [:]) {
      $0[$1] = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\($1)"))
    }
  }

  /// The words of a NumPy file of 32-bit numbers, read as NEP 1 says.
  func words(_ name: String, in maps: String = "maps") throws -> (header: String, words: [UInt32]) {
    let bytes = try [UInt8](
      Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(maps)/\(name).npy")))
    let length = Int(bytes[8]) + 256 * Int(bytes[9])
    let header = String(decoding: bytes[10..<10 + length], as: UTF8.self)
    let words = stride(from: 10 + length, to: bytes.count, by: 4).map { place in
      UInt32(bytes[place]) + UInt32(bytes[place + 1]) << 8 + UInt32(bytes[place + 2]) << 16
        + UInt32(bytes[place + 3]) << 24
    }
    return (header, words)
  }
}
