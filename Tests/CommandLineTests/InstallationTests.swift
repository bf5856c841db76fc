import Foundation
import SpectraTestSupport
import Testing

/// The places where `make install` and scripts/install.sh put things. What is installed is tested by
/// Tests/c/run.sh; here a file of some bytes stands for the library.
@Suite("Installation")
struct InstallationTests {
  static let script = Repository.root.path + "/scripts/install.sh"
  static let cmake = "/usr/bin/cmake"

  /// Runs a program with variables and a working directory, to its end.
  static func run(
    _ command: [String], in folder: String, variables: [String] = []
  ) throws -> (status: Int32, text: String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // The threads of these tests block signals, and a child inherits that: CMake would never hear of
    // the end of its own children. And a make that runs the tests has told its options to all below.
    process.arguments =
      ["--default-signal", "-u", "MAKEFLAGS", "-u", "MAKELEVEL"] + variables + command
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  /// A library and a model in `folder`, and the variables that name them, relative to it or not.
  static func variables(in folder: TemporaryFolder, isRelative: Bool = false) throws -> [String] {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/my models", withIntermediateDirectories: false)
    try folder.write("library", to: "my library.so")
    try folder.write("{}", to: "my models/edge.json")
    let start = isRelative ? "" : folder.path + "/"
    return ["SPECTRA_LIBRARY=\(start)my library.so", "SPECTRA_MODELS=\(start)my models"]
  }

  /// Expects the whole tree below a prefix.
  static func expectTree(_ prefix: String) throws {
    #expect(
      try String(contentsOfFile: prefix + "/lib/libspectra_infer.so", encoding: .utf8) == "library")
    for file in [
      "include/spectra_infer.h", "lib/pkgconfig/spectra_infer.pc",
      "lib/cmake/spectra_infer/spectra_inferConfig.cmake", "share/spectra_infer/models/edge.json",
      "share/doc/spectra_infer/LICENSE",
    ] {
      #expect(FileManager.default.fileExists(atPath: "\(prefix)/\(file)"), "\(file)")
    }
  }

  @Test("Relative paths are those of the caller's folder")
  func relative() throws {
    let folder = try TemporaryFolder()
    let outcome = try Self.run(
      [Self.script, "/opt/my apps", "my stage"], in: folder.path,
      variables: Self.variables(in: folder, isRelative: true))
    #expect(outcome.status == 0, "\(outcome.text)")
    try Self.expectTree(folder.path + "/my stage/opt/my apps")
    #expect(!FileManager.default.fileExists(atPath: Repository.root.path + "/my stage"))
  }

  @Test("make install takes a prefix with a blank in it, and none that is relative")
  func make() throws {
    let folder = try TemporaryFolder()
    let variables = try Self.variables(in: folder)
    // The library is taken for made.
    let command = [
      "make", "-s", "-C", Repository.root.path, "-o", "library", "install",
      "DESTDIR=\(folder.path)/my stage",
    ]
    let outcome = try Self.run(
      command + ["PREFIX=/opt/my apps"], in: folder.path, variables: variables)
    #expect(outcome.status == 0, "\(outcome.text)")
    try Self.expectTree(folder.path + "/my stage/opt/my apps")
    let stage = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/my stage/opt")
    #expect(stage == ["my apps"])
    let refused = try Self.run(
      command + ["PREFIX=my apps"], in: folder.path, variables: variables)
    #expect(refused.status == 2)
    #expect(refused.text.contains("PREFIX must be an absolute path, not 'my apps'"))
  }

  /// As where /lib is a link to /usr/lib: the folder above the link is not that of the tree.
  @Test(
    "CMake finds the tree behind a link",
    .enabled(if: FileManager.default.fileExists(atPath: cmake)))
  func link() throws {
    let folder = try TemporaryFolder()
    let installed = try Self.run(
      [Self.script, "/usr", folder.path], in: folder.path,
      variables: Self.variables(in: folder))
    #expect(installed.status == 0, "\(installed.text)")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/lib", withDestinationPath: "usr/lib")
    let text = """
      cmake_minimum_required(VERSION 3.13)
      project(found C)
      find_package(spectra_infer CONFIG REQUIRED)
      get_target_property(library spectra_infer::spectra_infer IMPORTED_LOCATION)
      get_target_property(include spectra_infer::spectra_infer INTERFACE_INCLUDE_DIRECTORIES)
      foreach(path ${library} ${include}/spectra_infer.h ${spectra_infer_MODELS_DIR}/edge.json)
          if(NOT EXISTS ${path})
              message(FATAL_ERROR "there is no ${path}")
          endif()
      endforeach()

      """
    try folder.write(text, to: "CMakeLists.txt")
    // Moved, the tree is found as before.
    for place in ["", "/moved"] {
      let root = folder.path + place
      if !place.isEmpty {
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
        for name in ["usr", "lib"] {
          try FileManager.default.moveItem(
            atPath: "\(folder.path)/\(name)", toPath: "\(root)/\(name)")
        }
      }
      let outcome = try Self.run(
        [
          Self.cmake, "-S", folder.path, "-B", root + "/build",
          "-Dspectra_infer_DIR=\(root)/lib/cmake/spectra_infer",
        ], in: folder.path)
      #expect(outcome.status == 0, "\(outcome.text)")
    }
  }
}
