import Foundation

/// A file of Tests/Fixtures, made by the generate.py of its folder with NumPy in float64.
enum Fixture {
  /// - Parameter name: from Tests/Fixtures, such as "training/adam.json".
  static func load<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    let url = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent()
      .deletingLastPathComponent()
      .appendingPathComponent("Fixtures/\(name)")
    return try JSONDecoder().decode(type, from: Data(contentsOf: url))
  }
}
