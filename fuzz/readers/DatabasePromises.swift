import Foundation
package import SpectraIO

/// What must hold of any two texts that are read as the tables of a database.
public enum DatabasePromises {
  /// The folder that the tables are written to, in memory where there is such a place.
  private static let folder: String = {
    let place = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
    return "\(place)/spectra-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
  }()

  /// Reads a database.
  ///
  /// - Parameter bytes: `sites.csv`, a line that is "---", and `transitions.csv`.
  /// - Returns: the promise that does not hold; nil where all do.
  public static func broken(by bytes: [UInt8]) -> String? {
    do {
      return brokenPromise(of: try database(of: bytes))
    } catch let error as DataError {
      return "\(error)".hasPrefix(folder) ? nil : "the error names no file: \(error)"
    } catch {
      return "an error without a sentence: \(error)"
    }
  }

  /// The database of both tables, by way of files.
  package static func database(of bytes: [UInt8]) throws -> Database {
    let parts = split(bytes)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(parts.sites).write(to: URL(fileURLWithPath: folder + "/sites.csv"))
    try Data(parts.transitions).write(to: URL(fileURLWithPath: folder + "/transitions.csv"))
    return try Database(folder: folder)
  }

  private static func split(_ bytes: [UInt8]) -> (sites: [UInt8], transitions: [UInt8]) {
    let mark = Array("\n---\n".utf8)
    guard bytes.count >= mark.count else { return (bytes, []) }
    for start in 0...bytes.count - mark.count
    where bytes[start..<start + mark.count].elementsEqual(mark) {
      return (Array(bytes[...start]), Array(bytes[(start + mark.count)...]))
    }
    return (bytes, [])
  }

  private static func brokenPromise(of database: Database) -> String? {
    guard !database.sites.isEmpty else { return "there is no site" }
    guard Set(database.sites.map(\.id)).count == database.sites.count else {
      return "a site is there twice"
    }
    for site in database.sites {
      guard !site.id.isEmpty, !site.transitions.isEmpty else { return "a site is empty" }
      guard site.transitions.allSatisfy({ $0.energy.isFinite && $0.strength >= 0 }),
        site.groundGap.isFinite, site.rangeEnd.isFinite
      else { return "a number is none" }
    }
    return nil
  }
}

/// The function that libFuzzer calls, by fuzz/entry.c.
@_cdecl("spectra_fuzz_database")
public func fuzzDatabase(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: data, count: size))
  if let promise = DatabasePromises.broken(by: bytes) { fatalError("broken promise: \(promise)") }
  return 0
}
