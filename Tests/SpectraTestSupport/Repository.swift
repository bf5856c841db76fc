public import Foundation

/// Files of the repository, found from the place of this source file.
public enum Repository {
  /// The folder with Package.swift in it.
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The bytes of a file.
  ///
  /// - Parameter path: from the folder with Package.swift in it.
  public static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: root.appendingPathComponent(path)))
  }
}
