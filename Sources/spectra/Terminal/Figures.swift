import Foundation
import SpectraIO

/// Figures, drawn by the Python package `spectra_infer`.
struct Figures {
  /// Names the Python; the environment variable SPECTRA_PYTHON goes before it.
  private static let python = "python3"

  private static var program: String {
    let named = ProcessInfo.processInfo.environment["SPECTRA_PYTHON"] ?? ""
    return named.isEmpty ? python : named
  }

  /// Runs `python -m spectra_infer.plot` to its end.
  ///
  /// - Parameter input: what it reads from standard input.
  /// - Throws: `DataError` where there is no Python, the package is missing, or it fails.
  static func draw(_ arguments: [String], input: Data = Data()) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("spectra-\(UUID().uuidString)")
    try makeFolder(folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["input", "errors"].map { folder.appendingPathComponent($0) }
    // Files in place of pipes: a Python that ends early must not end this program.
    try DataFile.write(input, to: files[0].path)
    try DataFile.write(Data(), to: files[1].path)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program, "-m", "spectra_infer.plot"] + arguments
    do {
      process.standardInput = try FileHandle(forReadingFrom: files[0])
      process.standardError = try FileHandle(forWritingTo: files[1])
      process.standardOutput = FileHandle.standardError
      try process.run()
    } catch {
      throw unavailable("\(program) cannot be run")
    }
    process.waitUntilExit()
    guard process.terminationReason != .exit || process.terminationStatus != 0 else { return }
    let errors = (try? DataFile.readText(files[1].path)) ?? ""
    if process.terminationStatus == 127 || process.terminationStatus == 126 {
      throw unavailable("there is no \(program)")
    }
    let last = errors.split(separator: "\n").last.map(String.init) ?? "no reason given"
    if let module = last.firstMatch(of: /No module named '?([A-Za-z0-9_.]+)/) {
      throw unavailable("\(program) has no module \(module.1)")
    }
    throw DataError("no figure was drawn: \(program) -m spectra_infer.plot failed (\(last))")
  }

  private static func makeFolder(_ folder: URL) throws(DataError) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    } catch {
      throw DataError("no figure was drawn: \(folder.path) cannot be made; make room there")
    }
  }

  private static func unavailable(_ reason: String) -> DataError {
    DataError(
      "no figure was drawn: \(reason); install the package with its extra plot "
        + "(pip install 'spectra_infer[plot]' or examples/python[plot]), and let SPECTRA_PYTHON name its "
        + "Python")
  }
}
