import Foundation
import SpectraIO
import SpectraInfer
import Synchronization

/// The results of a search on disk, so that it can be interrupted at any moment and go on: a folder
/// with `trials.csv`, one row a trial, and `search.json`, what all of them were made with.
///
/// A row is written by one call as its trial is done. Where a process was killed in it, the row has
/// no end; it is cut off when the log is opened, and its trial is run again.
public final class SearchLog: Sendable {
  private struct State {
    let file: FileHandle
    var results: [SearchTrial: TrialResult]
  }

  /// The table's name in the folder.
  public static let tableName = "trials.csv"
  /// The settings' name in the folder.
  public static let settingsName = "search.json"

  private let path: String
  private let state: Mutex<State>

  /// Opens the log in a folder, or begins one.
  ///
  /// - Parameters:
  ///   - folder: is made where there is none.
  ///   - settings: what trials are made with; those of a log that is there must be the same.
  /// - Throws: `DataError` where the log is of another search, another process writes to it, or the
  ///   files cannot be read or written.
  public init(folder: String, settings: SearchSettings) throws {
    path = "\(folder)/\(Self.tableName)"
    try DataFile.makeFolder(folder)
    try Self.claim(folder, for: settings)
    let file = try Self.open(path)
    state = Mutex(State(file: file, results: try Self.read(file, path)))
  }

  /// What is in the log.
  public var results: [SearchTrial: TrialResult] { state.withLock { $0.results } }

  /// Adds a result, and writes it at once.
  ///
  /// - Throws: `DataError` where it cannot be written.
  public func append(_ result: TrialResult) throws {
    try state.withLock { state in
      do {
        try state.file.write(contentsOf: Data((SearchTable.row(of: result) + "\n").utf8))
      } catch {
        throw DataError("\(path): cannot be written; make room, and run the same command again")
      }
      state.results[result.trial] = result
    }
  }

  // MARK: - Opening

  /// Makes sure that the folder is of this search; writes its settings where it is new.
  private static func claim(_ folder: String, for settings: SearchSettings) throws {
    let path = "\(folder)/\(settingsName)"
    let own = try settings.json
    guard FileManager.default.fileExists(atPath: path) else {
      if FileManager.default.fileExists(atPath: "\(folder)/\(tableName)") {
        throw DataError(
          "\(folder): has a \(tableName) without its \(settingsName); name another folder")
      }
      return try DataFile.write(Data(own.utf8), to: path)
    }
    let lines = try [DataFile.readText(path), own].map { $0.split(separator: "\n") }
    guard lines[0] != lines[1] else { return }
    let there = zip(lines[0], lines[1]).first { $0 != $1 }
    func setting(_ line: Substring?) -> String {
      line.map { $0.trimmingCharacters(in: [" ", ","]) } ?? "another count of settings"
    }
    throw DataError(
      "\(path): is of another search, with \(setting(there?.0)), and not \(setting(there?.1)); "
        + "give the options and data of that search to go on with it, or name another folder")
  }

  /// Opens the table, and keeps other processes off it until this one ends.
  private static func open(_ path: String) throws -> FileHandle {
    let url = URL(fileURLWithPath: path)
    // Fails where there is a table already, as it should.
    try? Data().write(to: url, options: .withoutOverwriting)
    let file: FileHandle
    do {
      file = try FileHandle(forUpdating: url)
    } catch {
      throw DataError("\(path): cannot be written; check the permissions of its folder")
    }
    guard flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw DataError("\(path): another search writes to it; wait for its end, or stop it")
    }
    return file
  }

  /// Reads the rows, cuts off what has no end, and stands at the end.
  private static func read(_ file: FileHandle, _ path: String) throws -> [SearchTrial: TrialResult]
  {
    do {
      let data = try file.readToEnd() ?? Data()
      let length = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      try file.truncate(atOffset: UInt64(length))
      if length == 0 { try file.write(contentsOf: Data((SearchTable.header + "\n").utf8)) }
      return try SearchTable.results(String(decoding: data.prefix(length), as: UTF8.self), path)
    } catch let error as DataError {
      throw error
    } catch {
      throw DataError("\(path): cannot be read and written; check its permissions and the disk")
    }
  }
}
