import Foundation

/// A file of Tests/Fixtures/training, made by generate.py there with NumPy in float64.
enum Fixture {
  static func load<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    let url = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent()
      .deletingLastPathComponent()
      .appendingPathComponent("Fixtures/training/\(name)")
    return try JSONDecoder().decode(type, from: Data(contentsOf: url))
  }
}
