import Foundation

/// The bytes of a file, of which parts are read when they are asked for; or bytes in memory.
///
/// A file that changes while it is open gives an error or other bytes, never an end of the program,
/// as a file mapped into memory would.
package final class FileBytes: Sendable {
  /// Most bytes that are taken of what is no regular file, such as a pipe.
  private static let pipeLimit = 256 << 20

  /// The path, for errors.
  package let name: String
  /// Number of bytes.
  package let count: Int
  private let memory: [UInt8]
  private let descriptor: Int32?

  /// Bytes in memory; `name` stands for a file in errors.
  package init(_ bytes: [UInt8], name: String) {
    self.name = name
    count = bytes.count
    memory = bytes
    descriptor = nil
  }

  /// Opens a file.
  ///
  /// - Throws: `DataError` where that fails.
  package init(path: String) throws(DataError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.unreadable(path, errno) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let reason = errno
      close(descriptor)
      throw Self.unreadable(path, reason)
    }
    name = path
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      count = Int(status.st_size)
      memory = []
      self.descriptor = descriptor
    case S_IFDIR:
      close(descriptor)
      throw DataError("\(path): is a folder; name a file in it")
    default:
      defer { close(descriptor) }
      memory = try Self.drain(descriptor, path)
      count = memory.count
      self.descriptor = nil
    }
  }

  deinit {
    if let descriptor { close(descriptor) }
  }

  /// A copy of some of the bytes.
  ///
  /// - Throws: `DataError` where the range is not in the file.
  package func bytes(in range: Range<Int>) throws(DataError) -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw DataError(
        "\(name): ends at byte \(count), but bytes up to \(range.upperBound) are needed; "
          + "the file is truncated, copy it anew")
    }
    guard let descriptor else { return Array(memory[range]) }
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      while filled < range.count {
        let part = unsafe pread(
          descriptor, buffer.baseAddress?.advanced(by: filled), range.count - filled,
          off_t(range.lowerBound + filled))
        if part > 0 {
          filled += part
        } else if part == 0 || errno != EINTR {
          failure = part == 0 ? 0 : errno
          return
        }
      }
    }
    guard failure == 0 else { throw Self.unreadable(name, failure) }
    guard bytes.count == range.count else {
      throw DataError("\(name): has become shorter while it was read; read it again")
    }
    return bytes
  }

  private static func drain(_ descriptor: Int32, _ path: String) throws(DataError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let part = unsafe read(descriptor, &buffer, buffer.count)
      if part < 0 && errno == EINTR { continue }
      guard part >= 0 else { throw unreadable(path, errno) }
      if part == 0 { return bytes }
      bytes += buffer[..<part]
      guard bytes.count <= pipeLimit else {
        throw DataError(
          "\(path): is no regular file and goes on after \(pipeLimit >> 20) MiB; name a file")
      }
    }
  }

  private static func unreadable(_ path: String, _ reason: Int32) -> DataError {
    let remedy =
      switch reason {
      case ENOENT, ENOTDIR: "there is no such file or folder; check the path"
      case EACCES, EPERM: "you may not read it; check its permissions"
      default: "check the path (\(unsafe String(cString: strerror(reason))))"
      }
    return DataError("\(path): cannot be read; \(remedy)")
  }
}
