package import Foundation

/// Reads and writes whole files, and says in one sentence why that failed.
package enum DataFile {
  /// The bytes of a file.
  ///
  /// - Parameter limit: most bytes that such a file may have; a device that never ends is left there.
  /// - Throws: `DataError` where it cannot be read or is larger.
  package static func read(_ path: String, limit: Int) throws -> Data {
    if isFolder(path) { throw DataError("\(path): is a folder; name a file in it") }
    let data: Data
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }
      data = try file.read(upToCount: limit + 1) ?? Data()
    } catch {
      throw DataError("\(path): cannot be read; \(remedy(error))")
    }
    guard data.count <= limit else {
      throw DataError("\(path): is larger than \(limit >> 20) MiB; name another file")
    }
    return data
  }

  /// The text of a file in UTF-8, without a byte order mark.
  ///
  /// - Throws: `DataError` where it cannot be read, is larger than `limit` bytes, or is no UTF-8.
  package static func readText(_ path: String, limit: Int = 256 << 20) throws -> String {
    try text(of: read(path, limit: limit), from: path)
  }

  /// The text of bytes that were read from `path`, as `readText` makes it.
  package static func text(of data: Data, from path: String) throws -> String {
    guard var text = String(validating: data, as: UTF8.self) else {
      throw DataError("\(path): is not text in UTF-8; export it as such")
    }
    if text.first == "\u{FEFF}" { text.removeFirst() }
    return text
  }

  /// Writes a file at once, so that a reader sees the old file or the new one; what is no regular
  /// file, such as /dev/stdout, is written to and not replaced.
  ///
  /// - Throws: `DataError` where it cannot be written.
  package static func write(_ data: Data, to path: String) throws {
    if isFolder(path) { throw DataError("\(path): is a folder; name a file in it") }
    do {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      let isReplaced = attributes.map { $0[.type] as? FileAttributeType == .typeRegular } ?? true
      try data.write(to: URL(fileURLWithPath: path), options: isReplaced ? .atomic : [])
    } catch {
      throw DataError("\(path): cannot be written; \(remedy(error))")
    }
  }

  /// Checks that a file could be written, before the work whose result it is.
  ///
  /// - Throws: `DataError` where its folder is missing or must not be written to.
  package static func checkWritable(_ path: String) throws {
    if isFolder(path) { throw DataError("\(path): is a folder; name a file in it") }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard isFolder(folder) else {
      throw DataError("\(path): cannot be written; there is no folder \(folder)")
    }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw DataError("\(path): cannot be written; you may not write to the folder \(folder)")
    }
  }

  /// Makes a folder, and those that it lies in, where they are missing.
  ///
  /// - Throws: `DataError` where that is not allowed or a file is in the way.
  package static func makeFolder(_ path: String) throws {
    if isFolder(path) { return }
    guard !FileManager.default.fileExists(atPath: path) else {
      throw DataError("\(path): is a file; name a folder")
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw DataError("\(path): the folder cannot be made; \(remedy(error))")
    }
  }

  /// The names of what is in a folder, sorted, without hidden files.
  ///
  /// - Throws: `DataError` where it cannot be read.
  package static func names(in folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw DataError("\(folder): cannot be read; \(remedy(error))")
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    let values = try? URL(fileURLWithPath: path).resolvingSymlinksInPath()
      .resourceValues(forKeys: [.isDirectoryKey])
    return values?.isDirectory == true
  }

  private static func remedy(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileNoSuchFile, .fileReadNoSuchFile: "there is no such file or folder; check the path"
    case .fileReadNoPermission: "you may not read it; check its permissions"
    case .fileWriteNoPermission: "you may not write it; check the permissions of its folder"
    case .fileWriteOutOfSpace: "the disk is full; make room"
    case .fileWriteVolumeReadOnly: "the disk is read-only; write elsewhere"
    default: "check the path (\(error.localizedDescription))"
    }
  }
}
