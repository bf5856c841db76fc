import Foundation
import SpectraTestSupport

/// The program `spectra` that was built beside the tests.
enum CommandLineProgram {
  struct Outcome {
    /// The exit status; nil where a signal ended the program.
    var status: Int32?
    var output: String
    var errors: String
  }

  private static let url: URL? = {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let program = tests.deletingLastPathComponent().appendingPathComponent("spectra")
    return FileManager.default.isExecutableFile(atPath: program.path) ? program : nil
  }()

  struct NotBuilt: Error {}

  /// Runs the program to its end.
  ///
  /// - Parameters:
  ///   - environment: what env(1) takes before the program: variables as `NAME=value`, options.
  ///   - device: where its standard output goes, in place of `Outcome.output`.
  ///   - meanwhile: what is done while it runs.
  static func run(
    _ arguments: [String], environment: [String] = [], device: String? = nil,
    meanwhile: (Process) -> Void = { _ in }
  ) throws -> Outcome {
    guard let url else { throw NotBuilt() }
    let folder = try TemporaryFolder()
    let files = try ["output", "errors"].map { try folder.write("", to: $0) }
    let handles = try files.map { try FileHandle(forWritingTo: URL(fileURLWithPath: $0)) }
    let process = Process()
    // Whoever runs the tests may ignore signals, as the shell of a background job does, and a child
    // inherits that.
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["--default-signal=INT,TERM"] + environment + [url.path] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput =
      try device.map { try FileHandle(forWritingTo: URL(fileURLWithPath: $0)) } ?? handles[0]
    process.standardError = handles[1]
    try process.run()
    meanwhile(process)
    process.waitUntilExit()
    let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
    let hasExited = process.terminationReason == .exit
    return Outcome(
      status: hasExited ? process.terminationStatus : nil, output: texts[0], errors: texts[1])
  }
}
