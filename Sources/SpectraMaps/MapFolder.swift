import Foundation
package import SpectraIO
import Synchronization

/// The folder of the maps of an image, written tile by tile, so that the work can be interrupted at
/// any moment and go on.
///
/// `maps.json` is written first and says what the maps are made of; `maps.progress` has one byte a
/// tile, `#` where its pixels are written and `.` where not, and is removed at the end.
package final class MapFolder: Sendable {
  private struct State {
    var isDone: [Bool]
    var doneCount: Int
    /// nil where all tiles were there already.
    let progress: FileHandle?
  }

  private static let documentName = "maps.json"
  private static let progressName = "maps.progress"
  private static let largestDocument = 16 << 20
  private static let done = UInt8(ascii: "#")

  /// Where it is.
  package let path: String
  /// Whether all pixels were there when it was opened.
  package let wasComplete: Bool
  /// The tiles of the maps.
  package let tiles: [MapTile]
  private let settings: MapSettings
  private let maps: [MapFile]
  private let state: Mutex<State>

  /// Opens a folder, or makes it.
  ///
  /// - Throws: `DataError` where it holds something else, maps of another image or of other options,
  ///   where another process writes to it, or where it cannot be written.
  package init(
    _ path: String, settings: MapSettings, shape: MapShape, tiles: [MapTile]
  ) throws {
    try DataFile.makeFolder(path)
    let document = "\(path)/\(Self.documentName)"
    let progressPath = "\(path)/\(Self.progressName)"
    var isComplete = false
    if FileManager.default.fileExists(atPath: document) {
      isComplete = try settings.check(
        DataFile.read(document, limit: Self.largestDocument), at: document)
    } else if let other = try DataFile.names(in: path).first {
      throw DataError(
        "\(path): holds other files, such as \(other), and no maps; name another folder")
    } else {
      try DataFile.write(
        JSONText.members(settings.head(isComplete: false)).document, to: document)
    }
    self.path = path
    self.settings = settings
    self.tiles = tiles
    wasComplete = isComplete
    let progress = isComplete ? nil : try Self.open(progressPath)
    let isDone = try progress.map { try Self.read($0, progressPath, count: tiles.count) }
    let isNew = isDone.map { !$0.contains(true) } ?? false
    let access: MapFile.Access = isComplete ? .read : isNew ? .make : .goOn
    maps = try MapLayer.all.map { layer throws(DataError) in
      try MapFile(layer, in: path, shape: shape, access: access)
    }
    let done = isDone ?? Array(repeating: true, count: tiles.count)
    state = Mutex(State(isDone: done, doneCount: done.count { $0 }, progress: progress))
  }

  /// Which tiles are written.
  package var isDone: [Bool] { state.withLock { $0.isDone } }

  /// Share of the tiles that are written.
  package var fraction: Double {
    state.withLock { Double($0.doneCount) / Double($0.isDone.count) }
  }

  /// Writes the pixels of a tile, and then notes that they are there.
  ///
  /// - Parameter bits: of each of `MapLayer.all`, those of the pixels of the tile.
  /// - Throws: `DataError` where they cannot be written.
  package func write(_ bits: [[UInt32]], of tile: Int) throws(DataError) {
    try state.withLock { state throws(DataError) in
      for (map, bits) in zip(maps, bits) {
        try map.write(bits, from: tiles[tile].pixels.lowerBound)
      }
      do {
        try state.progress?.seek(toOffset: UInt64(tile))
        try state.progress?.write(contentsOf: Data([Self.done]))
      } catch {
        throw DataError(
          "\(path)/\(Self.progressName): cannot be written; make room, and run the same command "
            + "again")
      }
      if !state.isDone[tile] { state.doneCount += 1 }
      state.isDone[tile] = true
    }
  }

  /// Counts what is in the maps.
  package func summary() throws(DataError) -> MapSummary {
    var summary = MapSummary()
    for (layer, map) in zip(MapLayer.all, maps) {
      try map.forEachPart { summary.add($0, of: layer) }
    }
    return summary
  }

  /// Describes the maps that are complete.
  ///
  /// - Parameter members: follow the settings in `maps.json`.
  package func finish(_ members: [(name: String, value: JSONText)]) throws {
    for map in maps { try map.synchronize() }
    try DataFile.write(
      JSONText.members(settings.head(isComplete: true) + members).document,
      to: "\(path)/\(Self.documentName)")
    try? FileManager.default.removeItem(atPath: "\(path)/\(Self.progressName)")
  }

  // MARK: - Progress

  /// Opens the progress, and keeps other processes off the folder until this one ends.
  private static func open(_ path: String) throws(DataError) -> FileHandle {
    let url = URL(fileURLWithPath: path)
    // Fails where there is one already, as it should.
    try? Data().write(to: url, options: .withoutOverwriting)
    guard let file = try? FileHandle(forUpdating: url) else {
      throw DataError("\(path): cannot be written; check the permissions of its folder")
    }
    guard flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw DataError("\(path): another spectra map writes here; wait for its end, or stop it")
    }
    return file
  }

  /// Which tiles were done; a file of another length is of no use, and all are done again.
  private static func read(
    _ file: FileHandle, _ path: String, count: Int
  ) throws(DataError) -> [Bool] {
    do {
      let bytes = [UInt8](try file.readToEnd() ?? Data())
      if bytes.count == count { return bytes.map { $0 == done } }
      try file.truncate(atOffset: 0)
      try file.write(contentsOf: Data(repeating: UInt8(ascii: "."), count: count))
      return Array(repeating: false, count: count)
    } catch {
      throw DataError("\(path): cannot be read and written; check its permissions and the disk")
    }
  }
}
