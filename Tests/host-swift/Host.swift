// A Swift program with a runtime of its own that uses the C library: host LIBRARY.so OTHER.so MODEL.json
//
// LIBRARY.so is linked through the module map of include/ and opened by name as well; OTHER.so is a copy of it, so
// that a second one is in the same process. Before, between and after, the program uses what a runtime brings:
// Foundation, errors, classes, tasks. Prints "host: N passed, N failed".

import CSpectraInfer
import Foundation

@MainActor var passed = 0
@MainActor var failed = 0

@MainActor func check(_ holds: Bool, _ what: String) {
  if holds {
    passed += 1
  } else {
    failed += 1
    FileHandle.standardError.write(Data("Host.swift: failed: \(what)\n".utf8))
  }
}

/// The error of the program, which must not be mistaken for one of the library.
struct LibraryFailure: Error, CustomStringConvertible {
  let status: spectra_status
  let message: String
  var description: String { "\(String(cString: spectra_status_name(status))): \(message)" }
}

/// What the library says, as Swift's own error.
func call(_ body: (UnsafeMutablePointer<CChar>?, Int) -> spectra_status) throws {
  var buffer = [CChar](repeating: 0, count: Int(SPECTRA_MESSAGE_CAPACITY))
  let status = body(&buffer, buffer.count)
  guard status == SPECTRA_OK else {
    let text = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    throw LibraryFailure(status: status, message: String(decoding: text, as: UTF8.self))
  }
}

/// A model, freed with the last reference.
final class Model: Sendable {
  nonisolated(unsafe) let pointer: OpaquePointer?
  let featureCount: Int
  let referenceCount: Int

  init(path: String) throws {
    var pointer: OpaquePointer?
    try call { spectra_model_load_file(path, &pointer, $0, $1) }
    var info = spectra_model_info()
    info.struct_size = UInt32(MemoryLayout<spectra_model_info>.size)
    self.pointer = pointer
    _ = spectra_model_get_info(pointer, &info)
    featureCount = Int(info.feature_count)
    referenceCount = Int(info.reference_count)
  }

  deinit { spectra_model_free(pointer) }

  func features(_ index: Int) throws -> [Float] {
    var reference = spectra_reference()
    reference.struct_size = UInt32(MemoryLayout<spectra_reference>.size)
    try call { _, _ in spectra_model_get_reference(pointer, index, &reference) }
    return Array(UnsafeBufferPointer(start: reference.features, count: featureCount))
  }

  /// The bits of the six values from the features of a reference.
  func values(_ index: Int) throws -> [UInt64] {
    let features = try features(index)
    let size = spectra_workspace_size(pointer, 0)
    let workspace = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    defer { workspace.deallocate() }
    var result = spectra_result()
    try call {
      spectra_predict_features(
        pointer, workspace, size, features, features.count, 1, 0, &result,
        MemoryLayout<spectra_result>.stride, $0, $1)
    }
    return withUnsafeBytes(of: result.properties) {
      $0.bindMemory(to: spectra_estimate.self).map(\.value.bitPattern)
    }
  }
}

/// What a Swift program does besides: if two runtimes were in each other's way, it would show here.
@MainActor func useTheRuntime() throws {
  let object: [String: Any] = ["numbers": [0.5, 1e-3], "text": "Å – 氧"]
  let data = try JSONSerialization.data(withJSONObject: object)
  let back = try JSONSerialization.jsonObject(with: data) as? [String: Any]
  check(back?["text"] as? String == "Å – 氧", "JSON goes there and back")
  check(String(format: "%.2f", 0.125) == "0.12", "formatting")
  let sorted = (0..<1000).map { ($0 * 7919) % 1000 }.sorted()
  check(sorted == Array(0..<1000), "sorting")
  do {
    _ = try JSONSerialization.jsonObject(with: Data("{".utf8))
    check(false, "an error of Foundation")
  } catch {
    check("\(error)".isEmpty == false, "an error of Foundation")
  }
}

/// The same library, or another copy of it, by name.
func open(_ path: String) -> (UnsafeMutableRawPointer, UInt32)? {
  typealias Version = @convention(c) () -> UInt32
  guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL),
    let symbol = dlsym(handle, "spectra_version_number")
  else { return nil }
  return (handle, unsafeBitCast(symbol, to: Version.self)())
}

/// The values from a copy of the library that was opened by name.
func values(_ index: Int, from handle: UnsafeMutableRawPointer, path: String) -> [UInt64]? {
  typealias Load =
    @convention(c) (
      UnsafePointer<CChar>?, UnsafeMutablePointer<OpaquePointer?>?, UnsafeMutablePointer<CChar>?,
      Int
    ) -> spectra_status
  typealias Free = @convention(c) (OpaquePointer?) -> Void
  typealias Size = @convention(c) (OpaquePointer?, Int) -> Int
  typealias Reference =
    @convention(c) (
      OpaquePointer?, Int, UnsafeMutablePointer<spectra_reference>?
    ) -> spectra_status
  typealias Predict =
    @convention(c) (
      OpaquePointer?, UnsafeMutableRawPointer?, Int, UnsafePointer<Float>?, Int, Int, Int,
      UnsafeMutablePointer<spectra_result>?, Int, UnsafeMutablePointer<CChar>?, Int
    ) -> spectra_status
  func function<Function>(_ name: String, as type: Function.Type) -> Function {
    unsafeBitCast(dlsym(handle, name), to: type)
  }
  var model: OpaquePointer?
  guard function("spectra_model_load_file", as: Load.self)(path, &model, nil, 0) == SPECTRA_OK
  else {
    return nil
  }
  defer { function("spectra_model_free", as: Free.self)(model) }
  var reference = spectra_reference()
  reference.struct_size = UInt32(MemoryLayout<spectra_reference>.size)
  guard
    function("spectra_model_get_reference", as: Reference.self)(model, index, &reference)
      == SPECTRA_OK
  else { return nil }
  let size = function("spectra_workspace_size", as: Size.self)(model, 0)
  let workspace = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
  defer { workspace.deallocate() }
  var result = spectra_result()
  let status = function("spectra_predict_features", as: Predict.self)(
    model, workspace, size, reference.features, Int(reference.feature_count), 1, 0, &result,
    MemoryLayout<spectra_result>.stride, nil, 0)
  guard status == SPECTRA_OK else { return nil }
  return withUnsafeBytes(of: result.properties) {
    $0.bindMemory(to: spectra_estimate.self).map(\.value.bitPattern)
  }
}

@main
@MainActor enum Host {
  static func main() async throws {
    let (library, copy, path) = (
      CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3]
    )
    try useTheRuntime()
    do {
      _ = try Model(path: "/nowhere.json")
      check(false, "a model that is not there")
    } catch let failure as LibraryFailure {
      check(failure.status == SPECTRA_ERROR_FILE, "a model that is not there: \(failure)")
      check("\(failure)".hasPrefix("SPECTRA_ERROR_FILE: "), "\(failure)")
    }

    let model = try Model(path: path)
    let alone = try (0..<model.referenceCount).map { try model.values($0) }
    check(Set(alone.map(\.description)).count > model.referenceCount / 2, "values differ")

    // Tasks of Swift's own threads, on one model.
    let together = try await withThrowingTaskGroup(of: (Int, [UInt64]).self) { group in
      for index in 0..<model.referenceCount { group.addTask { (index, try model.values(index)) } }
      var found = [[UInt64]](repeating: [], count: model.referenceCount)
      for try await (index, values) in group { found[index] = values }
      return found
    }
    check(together == alone, "the same bits in tasks")

    for name in [library, copy] {
      guard let (handle, version) = open(name) else {
        check(false, "\(name) cannot be opened: \(String(cString: dlerror()))")
        continue
      }
      check(version == spectra_version_number(), "version \(version) of \(name)")
      for index in [0, model.referenceCount - 1] {
        check(values(index, from: handle, path: path) == alone[index], "the same bits from \(name)")
      }
      try useTheRuntime()
      check(dlclose(handle) == 0, "\(name) is closed")
    }
    try useTheRuntime()
    check(try model.values(0) == alone[0], "the same bits afterwards")
    print("host: \(passed) passed, \(failed) failed")
    exit(failed == 0 ? 0 : 1)
  }
}
